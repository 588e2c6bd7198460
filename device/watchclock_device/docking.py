"""From an address to a finished download: find the wand, open the link, run the steps."""

from collections.abc import Callable
from contextlib import closing
from typing import TypeVar
from zoneinfo import ZoneInfo

from watchclock_device.clocks import Clocks
from watchclock_device.discovery import Discovery, Dock
from watchclock_device.download import Order, download
from watchclock_device.errors import NoiseError, NoWandError, WrongDialectError
from watchclock_device.lasting_link import LastingLink
from watchclock_device.links import Link
from watchclock_device.live import LiveOrder, LiveProgress, listen
from watchclock_device.results import DownloadResult, LiveResult, Progress
from watchclock_device.spool import Spool
from watchclock_protocol.dialect import Capability, live_session

__all__ = ["Docking"]

ResultType = TypeVar("ResultType")


class Docking:
    """Downloads wands, one after the other, into one spool."""

    def __init__(
        self, discovery: Discovery, spool: Spool, clocks: Clocks, progress: Progress
    ) -> None:
        self._discovery = discovery
        self._spool = spool
        self._clocks = clocks
        self._progress = progress

    def download(
        self,
        where: str,
        *,
        dialect: str | None = None,
        zone: ZoneInfo | None = None,
        keep: bool = False,
        wait_s: float = 0.0,
    ) -> DownloadResult:
        """What came of downloading the wand at ``where``.

        Args:
            where: an address, or ``auto`` for the only wand on any port.
            dialect: what it speaks; None finds out.
            zone: the site's time zone; None is that of this machine.
            keep: acknowledge nothing, set no clock.
            wait_s: how long a wand that leaves while its records are read may be away, where its
                dialect can be gone on with.

        Raises:
            WrongDialectError: a wand is there, but speaks another dialect than ``dialect``.
            DeviceError: as ``Discovery.find_dock`` and ``download``.
            RemoteProtocolError: as ``download``.
        """
        dock = self._discovery.find_dock(where, dialect)
        order = Order(dock=dock, zone=zone, keep=keep)
        return self._at(
            dock,
            lambda link: download(
                order,
                link=link,
                spool=self._spool,
                clocks=self._clocks,
                progress=self._progress,
            ),
            wait_s if Capability.RESUMES in dock.dialect.capabilities else 0.0,
        )

    def listen(
        self,
        where: str,
        progress: LiveProgress,
        *,
        dialect: str | None = None,
        order: LiveOrder,
    ) -> LiveResult:
        """What came of listening to the wand at ``where``.

        Args:
            where: an address, or ``auto`` for the only wand on any port.
            progress: is told of every record that is safe, and says when to stop.
            dialect: what it speaks; None finds out.
            order: how long, and in which zone the site is.

        Raises:
            LiveMissingError: the wands of this dialect hand nothing over by themselves.
            WrongDialectError: a wand is there, but speaks another dialect than ``dialect``.
            DeviceError: as ``Discovery.find_dock`` and ``live.listen``.
            RemoteProtocolError: as ``live.listen``.
        """
        dock = self._discovery.find_dock(where, dialect)
        session = live_session(dock.dialect, dock.address.unit)
        return self._at(
            dock,
            lambda link: listen(
                order,
                dock=dock,
                link=link,
                session=session,
                spool=self._spool,
                clocks=self._clocks,
                progress=progress,
            ),
        )

    def _at(
        self, dock: Dock, act: Callable[[Link], ResultType], wait_s: float = 0.0
    ) -> ResultType:
        """What the act comes to on the open link of the dock."""
        try:
            with closing(self._open(dock, wait_s)) as link:
                return act(link)
        except (NoWandError, NoiseError) as error:
            found = self._discovery.find_other_dialect(dock)
            if found is None:
                raise
            raise WrongDialectError(
                address=dock.address.text, found=found, asked=dock.dialect.name
            ) from error

    def _open(self, dock: Dock, wait_s: float) -> Link:
        if not wait_s:
            return self._discovery.open(dock)
        return LastingLink(lambda: self._discovery.open(dock), self._clocks, wait_s)
