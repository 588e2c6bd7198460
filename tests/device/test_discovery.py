import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support import by_hand_xgd
from tests.support.by_hand_kaihe_eb import HandMadeWand
from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_device.clocks import SYSTEM_CLOCKS, Clocks
from watchclock_device.discovery import Discovery, Dock
from watchclock_device.errors import (
    AddressError,
    NoWandError,
    PortBusyError,
    PortForbiddenError,
    PortNotFoundError,
    SeveralWandsError,
)
from watchclock_device.links import FoundPort, Link
from watchclock_protocol.dialect import LineSettings
from watchclock_protocol.errors import (
    DialectUnknownError,
    ProfileUnknownError,
    UnitUnknownError,
)
from watchclock_protocol.values import TagId
from watchclock_sim.wands.fcard import FcardWand
from watchclock_sim.wands.wm5000t import Wm5000tWand
from watchclock_sim.wands.xgd import XgdWand


class Cupboard:
    """A driver whose ports all refuse to open, and that remembers who tried."""

    scheme = "serial"

    def __init__(self, ports: dict[str, Exception], *, may_be_asked: bool = True) -> None:
        self.ports = ports
        self.may_be_asked = may_be_asked
        self.opened: list[str] = []

    def find(self) -> Sequence[FoundPort]:
        return [
            FoundPort(address=f"serial:{target}", description="", may_be_asked=self.may_be_asked)
            for target in self.ports
        ]

    def open(self, target: str, line: LineSettings) -> Link:
        assert line.baud > 0
        self.opened.append(target)
        raise self.ports[target]


class SilentPort:
    """A driver of one port at which nobody answers, and that remembers what was asked."""

    scheme = "serial"

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def find(self) -> Sequence[FoundPort]:
        return []

    def open(self, target: str, line: LineSettings) -> Link:
        assert (target, line.baud > 0) == ("/dev/x", True)
        return self

    def read(self, timeout_s: float) -> bytes:
        assert timeout_s >= 0
        return b""

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        """Nothing is held."""


def hurried_clocks() -> Clocks:
    """Every look at the clock takes a tenth of a second."""
    ticks = itertools.count()
    return Clocks(
        utc_ns=SYSTEM_CLOCKS.utc_ns,
        monotonic_s=lambda: next(ticks) / 10,
        sleep_s=lambda _: None,
    )


def discovery(cupboard: Cupboard, *also: str) -> Discovery:
    return Discovery({"serial": cupboard}, SYSTEM_CLOCKS, also)


def test_ports_of_drivers_and_patterns_are_listed_once(tmp_path: Path) -> None:
    (tmp_path / "wand1").touch()
    (tmp_path / "wand2").touch()
    cupboard = Cupboard({f"{tmp_path}/wand1": PortNotFoundError(address="-")})
    found = discovery(cupboard, f"{tmp_path}/wand*", "tcp:dock:7001").find_ports()
    assert [port.address for port in found] == [
        f"serial:{tmp_path}/wand1",
        f"serial:{tmp_path}/wand2",
        "tcp:dock:7001",
    ]


def test_auto_never_writes_to_a_built_in_port() -> None:
    cupboard = Cupboard({"/dev/ttyS0": PortNotFoundError(address="-")}, may_be_asked=False)
    with pytest.raises(NoWandError):
        discovery(cupboard).find_dock("auto")
    assert cupboard.opened == []


def test_auto_says_which_port_it_could_not_open_when_no_wand_is_found() -> None:
    gone = PortNotFoundError(address="serial:a")
    for refusal in (PortBusyError(address="serial:b"), PortForbiddenError(address="serial:b")):
        cupboard = Cupboard({"a": gone, "b": refusal})
        with pytest.raises(type(refusal)) as told:
            discovery(cupboard).find_dock("auto")
        assert told.value is refusal
        assert set(cupboard.opened) == {"a", "b"}


def test_a_dialect_that_was_named_is_believed_without_probing() -> None:
    cupboard = Cupboard({})
    by_option = discovery(cupboard).find_dock("/dev/x?dialect=fcard", "wm5000t")
    by_address = discovery(cupboard).find_dock("/dev/x?dialect=fcard")
    assert (by_option.dialect.name, by_address.dialect.name) == ("wm5000t", "fcard")
    assert cupboard.opened == []


class SpeedPort:
    """A driver of one port at which a Kaihe wand answers at one speed, in a time of its own."""

    scheme = "serial"

    def __init__(self, baud: int) -> None:
        self.baud = baud
        self.tried: list[int] = []
        self.now = 0.0
        self.wand = HandMadeWand([])
        self.answer = b""
        self.is_heard = False

    def find(self) -> Sequence[FoundPort]:
        return [FoundPort(address="serial:p", description="")]

    def open(self, target: str, line: LineSettings) -> Link:
        assert target == "p"
        self.tried.append(line.baud)
        self.is_heard = line.baud == self.baud
        return self

    def read(self, timeout_s: float) -> bytes:
        answer, self.answer = self.answer, b""
        self.now += 0.0 if answer else timeout_s
        return answer

    def write(self, data: bytes) -> None:
        self.answer = self.wand.receive(data, self.now) if self.is_heard else b""

    def close(self) -> None:
        self.answer = b""

    def discovery(self) -> Discovery:
        clocks = Clocks(
            utc_ns=SYSTEM_CLOCKS.utc_ns, monotonic_s=lambda: self.now, sleep_s=lambda _: None
        )
        return Discovery({"serial": self}, clocks)


@pytest.mark.parametrize("baud", [9600, 115_200, 460_800])
@pytest.mark.parametrize("asked", [None, "kaihe_eb"])
@pytest.mark.parametrize("where", ["serial:p", "auto"])
def test_a_wand_is_found_at_each_speed_of_its_dialect_and_opened_at_it(
    baud: int, asked: str | None, where: str
) -> None:
    port = SpeedPort(baud)
    dock = port.discovery().find_dock(where, asked)
    assert (dock.dialect.name, dock.line.baud) == ("kaihe_eb", baud)
    assert port.tried[-1] == baud
    port.discovery().open(dock).close()
    assert port.tried[-2:] == [baud, baud]


def test_the_other_speeds_are_tried_only_when_nobody_answers_at_a_usual_one() -> None:
    port = SpeedPort(9600)
    port.discovery().find_dock("serial:p", "kaihe_eb")
    assert port.tried == [9600]


def test_a_named_dialect_of_several_speeds_is_believed_when_nobody_answers() -> None:
    port = SpeedPort(1)
    dock = port.discovery().find_dock("serial:p", "kaihe_eb")
    assert (dock.dialect.name, dock.line.baud) == ("kaihe_eb", 9600)
    assert port.tried == [9600, 115_200, 460_800]


def test_a_profile_the_dialect_does_not_have_is_refused_before_anything_is_opened() -> None:
    cupboard = Cupboard({})
    with pytest.raises(ProfileUnknownError) as refused:
        discovery(cupboard).find_dock("/dev/x?dialect=kaihe_eb&profile=upside_down")
    assert "index_from_0, index_from_1" in refused.value.advice
    with pytest.raises(ProfileUnknownError):
        discovery(cupboard).find_dock("/dev/x?dialect=fcard&profile=index_from_0")
    assert cupboard.opened == []


def test_a_unit_no_wand_can_have_is_refused_before_anything_is_opened() -> None:
    cupboard = Cupboard({})
    for address in ("/dev/x?dialect=fcard&unit=3", "/dev/x?dialect=xgd&unit=256"):
        with pytest.raises(UnitUnknownError):
            discovery(cupboard).find_dock(address)
    found = discovery(cupboard).find_dock("/dev/x?dialect=xgd&unit=255")
    assert (found.address.unit, cupboard.opened) == (255, [])


def test_a_named_unit_is_looked_for_only_in_dialects_that_share_a_line() -> None:
    port = SilentPort()
    with pytest.raises(NoWandError):
        Discovery({"serial": port}, hurried_clocks()).find_dock("/dev/x?unit=3")
    assert port.written == [by_hand_xgd.frame(3, 9)] * 3


def test_looking_for_an_xgd_controller_changes_nothing_on_other_wands() -> None:
    port = SilentPort()
    with pytest.raises(NoWandError):
        Discovery({"serial": port}, hurried_clocks()).find_dock("/dev/x")
    probes = [data for data in port.written if data.startswith(b"!XD")]
    assert probes == [by_hand_xgd.frame(unit, 9) for unit in range(1, 17)]
    others = (FcardWand(setup_of("1")), Wm5000tWand(setup_of("531932")))
    for wand in others:
        said = [b"".join(wand.receive(probe, 0.0, DOCKED_AT)) for probe in probes]
        assert set(said) == {b""}
        assert not {0x7E, 0x55, 0xE5} & set(b"".join(probes))


def test_looking_for_other_wands_changes_nothing_on_an_xgd_controller() -> None:
    port = SilentPort()
    with pytest.raises(NoWandError):
        Discovery({"serial": port}, hurried_clocks()).find_dock("/dev/x")
    controller = XgdWand(setup_of("3"))
    controller.touch(TagId.parse("ibutton:01A1B2C30000002B"), DOCKED_AT, is_guard_tag=False)
    others = [data for data in port.written if not data.startswith(b"!XD")]
    assert others
    assert {b"".join(controller.receive(data, 0.0, DOCKED_AT)) for data in others} == {b""}
    assert len(controller.records) == 1


def test_what_is_no_address_or_dialect_is_refused_before_anything_is_opened() -> None:
    cupboard = Cupboard({})
    with pytest.raises(AddressError):
        discovery(cupboard).find_dock("nonsense")
    with pytest.raises(AddressError):
        discovery(cupboard, "nonsense").find_dock("auto")
    with pytest.raises(DialectUnknownError):
        discovery(cupboard).find_dock("/dev/x", "morse")
    assert cupboard.opened == []


class Bus:
    """A driver of ports of one device or several, at some of which a Kaihe wand answers."""

    def __init__(self, scheme: str, ports: Sequence[FoundPort], *, answers: bool = True) -> None:
        self.scheme = scheme
        self.ports = ports
        self.answers = answers
        self.refusal: Exception | None = None
        self.asked: list[str] = []
        self.written: list[bytes] = []
        self.wand = HandMadeWand([])
        self.answer = b""

    def find(self) -> Sequence[FoundPort]:
        return self.ports

    def open(self, target: str, line: LineSettings) -> Link:
        assert line.baud > 0
        self.asked.append(target)
        if self.refusal is not None:
            raise self.refusal
        return self

    def read(self, timeout_s: float) -> bytes:
        assert timeout_s >= 0
        answer, self.answer = self.answer, b""
        return answer

    def write(self, data: bytes) -> None:
        self.written.append(data)
        self.answer = self.wand.receive(data, 0.0) if self.answers else b""

    def close(self) -> None:
        self.answer = b""


def port_of(scheme: str, device: str, *, is_slow: bool = False, option: str = "") -> FoundPort:
    return FoundPort(
        address=f"{scheme}:{device}{option}", description="", device=device, is_slow=is_slow
    )


def find_on(*buses: Bus, asked: str | None = None) -> Dock:
    drivers = {bus.scheme: bus for bus in buses}
    return Discovery(drivers, hurried_clocks()).find_dock("auto", asked)


def test_of_a_wand_with_two_ports_auto_takes_the_faster_and_leaves_the_other_alone() -> None:
    slow = Bus("hid", [port_of("hid", "1:2:A", is_slow=True)])
    fast = Bus("usb", [port_of("usb", "1:2:A")])
    assert find_on(slow, fast).address.text == "usb:1:2:A"
    assert slow.asked == []


def test_of_a_wand_with_two_ports_auto_takes_the_one_that_can_be_opened() -> None:
    slow = Bus("hid", [port_of("hid", "1:2:A", is_slow=True)])
    fast = Bus("usb", [port_of("usb", "1:2:A")])
    fast.refusal = PortForbiddenError(address="usb:1:2:A")
    assert find_on(slow, fast).address.text == "hid:1:2:A"


def test_two_ports_of_two_devices_are_two_wands() -> None:
    bus = Bus("usb", [port_of("usb", "1:2:A"), port_of("usb", "1:2:B")])
    with pytest.raises(SeveralWandsError) as several:
        find_on(bus)
    assert several.value.details["addresses"] == "usb:1:2:A, usb:1:2:B"


def test_auto_asks_in_no_other_dialect_than_the_one_a_port_is_known_to_speak() -> None:
    told = Bus("usb", [port_of("usb", "A", option="?dialect=kaihe_eb")])
    untold = Bus("usb", [port_of("usb", "A")])
    for bus in (told, untold):
        assert find_on(bus).dialect.name == "kaihe_eb"
    assert untold.written[-len(told.written) :] == told.written
    assert len(told.written) < len(untold.written)


def test_auto_leaves_a_port_alone_that_is_known_to_speak_another_dialect() -> None:
    bus = Bus("usb", [port_of("usb", "A", option="?dialect=vs")])
    file = Bus("kiosk", [port_of("kiosk", "B", option="?dialect=jwm_z")])
    with pytest.raises(NoWandError):
        find_on(bus, file, asked="kaihe_eb")
    assert (bus.asked, file.asked) == ([], [])
    with pytest.raises(NoWandError):
        find_on(file)
    with pytest.raises(DialectUnknownError):
        find_on(Bus("usb", [port_of("usb", "A", option="?dialect=klingon")]))
