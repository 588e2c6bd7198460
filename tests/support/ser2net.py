"""Debian's ser2net in front of a wand's pty: a serial server that we did not write."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["SerialServers", "ser2net_before"]

READY_S = 20.0
STOP_S = 10.0


@dataclass(frozen=True, slots=True)
class SerialServers:
    """Where the wand can be reached, in the form ``watchclock download`` takes.

    Attributes:
        raw: its bytes only.
        rfc2217: its bytes and settings; a pty has no modem lines, so their failure is ignored.
    """

    raw: str
    rfc2217: str


@contextlib.contextmanager
def ser2net_before(path: Path, baud: int, folder: Path) -> Generator[SerialServers]:
    """ser2net on two free ports of loopback; skips the test when it is not installed.

    Args:
        path: device of the wand.
        baud: speed for clients that cannot set one.
        folder: where the configuration and the log are kept.
    """
    program = shutil.which("ser2net") or shutil.which("ser2net", path="/usr/sbin")
    if program is None:
        pytest.skip("ser2net is not installed")
    raw, rfc2217 = _free_ports()
    settings = folder / "ser2net.yaml"
    settings.write_text(_settings(path, baud, raw, rfc2217), "utf-8")
    with (folder / "ser2net.log").open("w") as log:
        process = subprocess.Popen([program, "-n", "-d", "-c", str(settings)], stderr=log)
    try:
        for port in (raw, rfc2217):
            _wait_for_listener(port, process)
        yield SerialServers(f"tcp:127.0.0.1:{raw}", f"rfc2217:127.0.0.1:{rfc2217}?ign_set_control")
    finally:
        process.terminate()
        process.wait(STOP_S)


def _settings(path: Path, baud: int, raw: int, rfc2217: int) -> str:
    """The configuration, in ser2net 4's YAML (man 5 ser2net.yaml)."""
    serial = f"serialdev,{path},{baud}n81,local"
    return "\n".join(
        [
            "%YAML 1.1",
            "---",
            "connection: &raw",
            f"  accepter: tcp,127.0.0.1,{raw}",
            f"  connector: {serial}",
            "connection: &settings",
            f"  accepter: telnet(rfc2217),tcp,127.0.0.1,{rfc2217}",
            f"  connector: {serial}",
            "",
        ]
    )


def _free_ports() -> tuple[int, int]:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        return one.getsockname()[1], other.getsockname()[1]


def _wait_for_listener(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the port listens, told by the kernel: a connection would open the wand's port."""
    ends = time.monotonic() + READY_S
    wanted = f":{port:04X} 00000000:0000 0A "
    while wanted not in Path("/proc/net/tcp").read_text("utf-8"):
        if process.poll() is not None or time.monotonic() > ends:
            raise RuntimeError(f"ser2net does not listen on port {port}")
        time.sleep(0.02)
