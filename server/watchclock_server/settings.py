"""All a server is told from outside, in one value, so that nothing reads the environment."""

from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

__all__ = ["Settings", "settings_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one server runs.

    Attributes:
        database_url: SQLAlchemy URL, ``sqlite:///…`` or ``postgresql+psycopg://…``.
        data_folder: folder of the archive of captures.
        host: address to listen on; the default is reachable from this machine only.
        port: TCP port to listen on.
        public_url: address people use when a proxy stands in front, such as
            ``https://patrol.example``; None when they use host and port.
    """

    database_url: str
    data_folder: Path
    host: str = "127.0.0.1"
    port: int = 8420
    public_url: str | None = None

    @property
    def address(self) -> str:
        """The URL people open, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def captures_folder(self) -> Path:
        """Where the archive keeps captures."""
        return self.data_folder / "captures"


def settings_of(request: Request) -> Settings:
    """The settings this app was created with."""
    settings: Settings = request.app.state.settings
    return settings
