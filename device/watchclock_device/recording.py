"""Runs the steps of one conversation into one capture, and closes it whatever happens."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from watchclock_device.clocks import Clocks
from watchclock_device.discovery import Dock
from watchclock_device.errors import SpoolError
from watchclock_device.journal import Journal
from watchclock_device.open_capture import OpenCapture
from watchclock_device.spool import Spool
from watchclock_device.zones import find_host_zone_name
from watchclock_protocol.capture import CaptureAbout
from watchclock_protocol.errors import CodedError

__all__ = ["Steps", "about_recording", "record"]

ResultType = TypeVar("ResultType")
ResultType_co = TypeVar("ResultType_co", covariant=True)


class Steps(Protocol[ResultType_co]):
    """The steps of one conversation."""

    @property
    def journal(self) -> Journal:
        """Where each is noted."""
        ...

    def run(self) -> ResultType_co:
        """Takes every step but the last, which is closing the capture."""
        ...


def about_recording(dock: Dock, zone: ZoneInfo | None, clocks: Clocks) -> CaptureAbout:
    """What stands at the head of the capture.

    Args:
        dock: where the wand is and what it speaks.
        zone: the site's time zone; None is that of this machine.
        clocks: tells when recording begins.
    """
    return CaptureAbout(
        dialect=dock.dialect.name,
        address=dock.address.text,
        software=f"watchclock {version('watchclock')}",
        time_zone=zone.key if zone else find_host_zone_name(),
        started_utc_ns=clocks.utc_ns(),
    )


def record(
    spool: Spool,
    about: CaptureAbout,
    outcome: str,
    begin: Callable[[OpenCapture], Steps[ResultType]],
) -> tuple[ResultType, Path]:
    """What came of the steps, and their closed capture in the spool; it is there also on errors.

    Args:
        spool: where the capture lives.
        about: what stands at its head.
        outcome: what the closing step tells when all went well.
        begin: makes the steps that write into the capture.

    Raises:
        DiskFullError: no space for the capture.
        SpoolError: the capture could not be written.
        CodedError: what a step raised.
    """
    with spool.begin(about) as capture:
        steps = begin(capture)
        try:
            result = steps.run()
        except SpoolError:
            raise  # the capture cannot be written; ``Spool.recover`` ends it
        except CodedError as error:
            steps.journal.close(error.code)
            spool.finish(capture)
            raise
        steps.journal.close(outcome)
        return result, spool.finish(capture)
