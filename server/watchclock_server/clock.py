"""The clock is passed in, so that every rule about time can be tested at any instant."""

from datetime import UTC, datetime
from typing import Annotated, Protocol

from fastapi import Depends, Request

__all__ = ["Clock", "Now", "SystemClock", "get_clock"]


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


def get_clock(request: Request) -> Clock:
    """The clock this app was created with (FastAPI dependency)."""
    clock: Clock = request.app.state.clock
    return clock


def _now(clock: Annotated[Clock, Depends(get_clock)]) -> datetime:
    return clock.now()


Now = Annotated[datetime, Depends(_now)]
"""Endpoint parameter type: the instant of the request, aware, in UTC."""
