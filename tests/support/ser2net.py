"""Debian's serial server ser2net in front of a device: a peer that we did not write."""

import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

READY_S = 10.0
STOP_S = 5.0


def free_port() -> int:
    """A TCP port nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def rfc2217_server(device: Path, folder: Path) -> Generator[str]:
    """``HOST:PORT`` where ser2net speaks RFC 2217; skips the test when it is not installed."""
    program = shutil.which("ser2net", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        pytest.skip("ser2net is not installed")
    port = free_port()
    settings = folder / "ser2net.yaml"
    settings.write_text(
        "connection: &wand\n"
        f"  accepter: telnet(rfc2217),tcp,127.0.0.1,{port}\n"
        f"  connector: serialdev,{device},9600n81,local\n",
        "ascii",
    )
    server = subprocess.Popen(
        [program, "-n", "-d", "-c", str(settings)], stderr=subprocess.DEVNULL
    )
    try:
        wait_until_it_listens(port)
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(STOP_S)


def wait_until_it_listens(port: int) -> None:
    """Looks into the kernel's table: to connect would take the port's only place."""
    listening = f"0100007F:{port:04X} 00000000:0000 0A"
    end = time.monotonic() + READY_S
    while listening not in Path("/proc/net/tcp").read_text("ascii"):
        if time.monotonic() > end:
            raise TimeoutError(port)
        time.sleep(0.01)
