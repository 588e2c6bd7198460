"""A virtual machine that runs one shell script under Debian's own kernel and switches itself off.

Its root is the root of the machine it runs on, read-only, with what the guest writes kept in its
memory: so the same Python environment and the same checkout are there, and no disk image is made.
QEMU translates instructions by itself (TCG), which needs no right to hardware virtualisation.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.kernel.machine.initramfs import initramfs, load_order
from tests.kernel.machine.kernel_package import (
    Kernel,
    KernelMissingError,
    cache_folder,
    fetched_kernel,
)

__all__ = ["EXCHANGE_IN_GUEST", "Boot", "Guest", "MachineMissingError", "VirtualMachine"]
__all__ += ["found_machine"]

EXCHANGE_IN_GUEST: Final = "/run/exchange"
"""Where the guest sees the folder that both sides can write."""

BOOT_MODULES: Final = ("virtio_pci", "9p", "9pnet_virtio", "virtio_net", "overlay")
USB_MODULES: Final = ("xhci-pci", "vhci-hcd", "cdc-acm", "cp210x", "usbhid", "hid-generic")
KERNEL_ARGUMENTS: Final = (
    "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off nokaslr",
    "random.trust_cpu=on",
    # Else the guest reads its clock through a device, a hundred times slower.
    "tsc=reliable",
)
FIRST_PROGRAM: Final = Path(__file__).with_name("first_program.sh")
ENDED: Final = re.compile(r"^GUEST-RC=(\d+)", re.MULTILINE)
BEGAN: Final = re.compile(r"^GUEST (\S+) the command begins", re.MULTILINE)
GUEST_MEMORY_MIB: Final = 1024


class MachineMissingError(Exception):
    """A program or the kernel is missing; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """What one boot runs.

    Attributes:
        command: a shell script, run as root in this machine's root.
        exchange: a folder of this machine that the guest may write.
        devices: further options of QEMU, for the hardware the guest is to find.
        has_network: whether the guest reaches this machine's loopback, at 10.0.2.2.
    """

    command: str
    exchange: Path
    devices: Sequence[str] = ()
    has_network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """How one boot went.

    Attributes:
        code: exit code of the command; None when it never came to its end.
        console: everything the guest printed.
        booted_s: seconds by the guest's clock until the command began; None if it never did.
        lasted_s: seconds outside from the start of QEMU to its end.
    """

    code: int | None
    console: str
    booted_s: float | None
    lasted_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualMachine:
    """The programs and the kernel that make one."""

    qemu: Path
    busybox: Path
    kernel: Kernel

    def run(self, guest: Guest, *, timeout_s: float) -> Boot:
        """Boot, run the command, switch off; a guest that takes too long is killed.

        Beside the results the exchange then holds ``console.txt``, and ``kernel-log.txt`` if
        the guest came to its end.
        """
        console = guest.exchange / "console.txt"
        began = time.monotonic()
        with console.open("wb") as output:
            process = subprocess.Popen(
                self.command_line(guest),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                output.write(b"\nkilled: it took too long\n")
            finally:
                process.kill()
                process.wait()
        return _boot(console.read_text("utf-8", errors="replace"), time.monotonic() - began)

    def command_line(self, guest: Guest) -> list[str]:
        """QEMU with its options; writes the guest's first file system beside its results."""
        archive = guest.exchange / "initramfs.cpio.gz"
        modules = load_order(self.kernel.modules, (*BOOT_MODULES, *USB_MODULES))
        archive.write_bytes(
            initramfs(self.busybox, modules, FIRST_PROGRAM.read_bytes(), guest.command.encode())
        )
        network = ["-netdev", "user,id=n", "-device", "virtio-net-pci,netdev=n,romfile="]
        return [
            str(self.qemu),
            *("-accel", "tcg,thread=multi", "-M", "q35", "-cpu", "max", "-smp", "1"),
            *("-m", str(GUEST_MEMORY_MIB), "-nodefaults", "-no-user-config"),
            *("-display", "none", "-no-reboot", "-serial", "stdio"),
            *("-kernel", str(self.kernel.image), "-initrd", str(archive)),
            *("-append", " ".join(KERNEL_ARGUMENTS)),
            *_shared_folder("root", "/", ",readonly=on"),
            *_shared_folder("exchange", str(guest.exchange), ""),
            *(network if guest.has_network else []),
            *guest.devices,
        ]


def found_machine() -> VirtualMachine:
    """A machine made of what is installed here; the kernel is fetched when it is not there yet.

    Raises:
        MachineMissingError: something is not there; the message says what.
    """
    programs = {name: shutil.which(name) for name in ("qemu-system-x86_64", "busybox", "usbip")}
    programs["usbip"] = programs["usbip"] or shutil.which("usbip", path="/usr/sbin:/sbin")
    missing = [name for name, path in programs.items() if path is None]
    if missing:
        raise MachineMissingError(f"not installed: {', '.join(missing)}")
    try:
        kernel = fetched_kernel(cache_folder())
    except KernelMissingError as error:
        raise MachineMissingError(str(error)) from error
    return VirtualMachine(
        qemu=Path(str(programs["qemu-system-x86_64"])),
        busybox=Path(str(programs["busybox"])),
        kernel=kernel,
    )


def _shared_folder(tag: str, path: str, suffix: str) -> list[str]:
    # Without remap, files of two file systems below one folder could get the same number.
    shared = f"local,id={tag},path={path},security_model=none,multidevs=remap{suffix}"
    return ["-fsdev", shared, "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"]


def _boot(console: str, lasted_s: float) -> Boot:
    ended, began = ENDED.search(console), BEGAN.search(console)
    return Boot(
        code=None if ended is None else int(ended.group(1)),
        console=console,
        booted_s=None if began is None else float(began.group(1)),
        lasted_s=lasted_s,
    )
