"""One boot with every wand plugged in: starts the simulators, boots, collects the reports."""

import compileall
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.kernel.machine.virtual_machine import EXCHANGE_IN_GUEST, Boot, Guest, VirtualMachine
from tests.kernel.orders import Orders, Reports
from tests.kernel.simulators import (
    SimulatedWand,
    exported_reader,
    exported_wand,
    redirected_wand,
    running_together,
    running_witness,
)
from tests.support.wands import ROOT

__all__ = ["LONGEST_S", "Trial", "try_wands"]

LONGEST_S: Final = 280.0
"""The whole tier may take five minutes, on a machine that does other things too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of one boot.

    Attributes:
        boot: how the guest itself fared.
        reports: what the program in it found.
        folder: everything else: captures, logs, the console.
    """

    boot: Boot
    reports: Reports
    folder: Path


def try_wands(
    machine: VirtualMachine,
    folder: Path,
    *,
    over_usbip: Sequence[SimulatedWand],
    over_usbredir: Sequence[SimulatedWand],
    witnesses: Sequence[str],
    desk_readers: Mapping[str, tuple[int, int]],
) -> Trial:
    """Boot once and carry out everything.

    Args:
        machine: what to boot.
        folder: takes everything that is written, by either side.
        over_usbip: wands that the guest attaches with Debian's own client.
        over_usbredir: wands that QEMU plugs into its USB controller.
        witnesses: kinds of serial devices whose lines are tried.
        desk_readers: vendor and product of each desk reader, by its dialect.
    """
    _compile()
    with (
        running_together(exported_wand(wand, folder) for wand in over_usbip) as attached,
        running_together(redirected_wand(wand, folder) for wand in over_usbredir) as redirected,
        running_together(running_witness(kind) for kind in witnesses) as lines,
        running_together(
            exported_reader(name, usb_id, folder) for name, usb_id in desk_readers.items()
        ) as readers,
    ):
        Orders(wands=[*attached, *redirected], lines=lines, readers=readers).save(folder)
        guest = Guest(
            command=_command(),
            exchange=folder,
            devices=_usbredir_devices(over_usbredir, folder),
            has_network=True,
        )
        boot = machine.run(guest, timeout_s=LONGEST_S)
    return Trial(boot=boot, reports=Reports.load(folder), folder=folder)


def _compile() -> None:
    """Compile what the guest will import, which it would otherwise do itself, and slowly."""
    for name in ("protocol", "device", "tests/kernel", "tests/support"):
        compileall.compile_dir(ROOT / name, quiet=1)


def _command() -> str:
    """The same Python and the same checkout, which the guest finds at the same paths."""
    program = [sys.executable, "-m", "tests.kernel.guest.program", EXCHANGE_IN_GUEST]
    return f"cd {shlex.quote(str(ROOT))} && exec {shlex.join(program)}\n"


def _usbredir_devices(wands: Sequence[SimulatedWand], folder: Path) -> list[str]:
    if not wands:
        return []
    devices = ["-device", "qemu-xhci,id=usb"]
    for wand in wands:
        socket = f"socket,id={wand.name},path={wand.socket(folder)},reconnect=1"
        plug = f"usb-redir,chardev={wand.name},bus=usb.0"
        devices += ["-chardev", socket, "-device", plug]
    return devices
