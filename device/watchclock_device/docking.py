"""From an address to a finished download: find the wand, open the link, run the steps."""

from contextlib import closing
from zoneinfo import ZoneInfo

from watchclock_device.clocks import Clocks
from watchclock_device.discovery import Discovery
from watchclock_device.download import Order, download
from watchclock_device.errors import NoiseError, NoWandError, WrongDialectError
from watchclock_device.results import DownloadResult, Progress
from watchclock_device.spool import Spool

__all__ = ["Docking"]


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
    ) -> DownloadResult:
        """What came of downloading the wand at ``where``.

        Args:
            where: an address, or ``auto`` for the only wand on any port.
            dialect: what it speaks; None finds out.
            zone: the site's time zone; None is that of this machine.
            keep: acknowledge nothing, set no clock.

        Raises:
            WrongDialectError: a wand is there, but speaks another dialect than ``dialect``.
            DeviceError: as ``Discovery.find_dock`` and ``download``.
            RemoteProtocolError: as ``download``.
        """
        dock = self._discovery.find_dock(where, dialect)
        try:
            with closing(self._discovery.open(dock)) as link:
                return download(
                    Order(dock=dock, zone=zone, keep=keep),
                    link=link,
                    spool=self._spool,
                    clocks=self._clocks,
                    progress=self._progress,
                )
        except (NoWandError, NoiseError) as error:
            found = self._discovery.find_other_dialect(dock)
            if found is None:
                raise
            raise WrongDialectError(
                address=dock.address.text, found=found, asked=dock.dialect.name
            ) from error
