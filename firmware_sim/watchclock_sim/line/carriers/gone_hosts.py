"""How the kernel finds out that the machine of a host has gone without a word."""

import socket
from typing import Final

__all__ = ["notice_when_gone"]

KEEPALIVE: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000),
)
"""Seconds, and milliseconds in the last; by the last also when something is still to be sent."""


def notice_when_gone(link: socket.socket) -> None:
    """End a TCP connection whose host answers nothing for a minute."""
    for level, option, value in KEEPALIVE:
        link.setsockopt(level, option, value)
