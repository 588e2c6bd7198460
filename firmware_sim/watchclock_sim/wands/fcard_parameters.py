"""What an FC wand remembers about itself besides its records."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from watchclock_protocol.dialects.fcard import replies, requests
from watchclock_protocol.dialects.fcard.replies import FcardReply
from watchclock_protocol.dialects.fcard.requests import FcardRequest
from watchclock_sim.hardware.decimal_time import packed_day

__all__ = ["FcardParameters"]

DEFAULT_STAY_ON_S: Final = 10
DEFAULT_TORCH_S: Final = 5


@dataclass(slots=True, kw_only=True)
class FcardParameters:
    """Settings and life counters; the defaults of times are the FC wand document's."""

    firmware: bytes = b"9922"
    factory_day: date = date(2024, 3, 15)
    production_day: date = date(2024, 3, 15)
    expiry_day: date = date(2099, 12, 31)
    formats: int = 0
    power_ons: int = 0
    staff_selected: int = 0
    stay_on_s: int = DEFAULT_STAY_ON_S
    torch_s: int = DEFAULT_TORCH_S

    def restore_defaults(self) -> None:
        """What command 01/FE restores: number, expiry date, version and run information stay."""
        self.stay_on_s = DEFAULT_STAY_ON_S
        self.torch_s = DEFAULT_TORCH_S

    def read(self, request: FcardRequest) -> FcardReply | None:
        """The reply to a request that reads one parameter; None to any other."""
        reply: FcardReply | None = None
        match request:
            case requests.ReadExpiryDate():
                reply = replies.ExpiryDate(raw=packed_day(self.expiry_day))
            case requests.ReadFirmware():
                reply = replies.Firmware(raw=self.firmware)
            case requests.ReadProductionDate():
                reply = replies.ProductionDate(raw=packed_day(self.production_day))
            case requests.ReadStayOnTime():
                reply = replies.StayOnTime(duration_s=self.stay_on_s)
            case requests.ReadTorchTime():
                reply = replies.TorchTime(duration_s=self.torch_s)
            case _:
                pass
        return reply

    def write(self, request: FcardRequest) -> FcardReply | None:
        """The reply to a request that writes one parameter; None to any other."""
        match request:
            case requests.WriteExpiryDate(day=day):
                self.expiry_day = day
            case requests.WriteProductionDate(day=day):
                self.production_day = day
            case requests.WriteStayOnTime(duration_s=duration_s):
                self.stay_on_s = duration_s
            case requests.WriteTorchTime(duration_s=duration_s):
                self.torch_s = duration_s
            case _:
                return None
        return replies.Done()
