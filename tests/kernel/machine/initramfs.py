"""The guest's first file system, a cpio archive made without any tool and without being root.

It holds a static busybox, the kernel modules the guest needs in the order they must be loaded,
and a first program that mounts this machine's own root. The format is "newc" of the kernel's
Documentation/driver-api/early-userspace/buffer-format.rst.
"""

import gzip
import lzma
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

__all__ = ["CpioArchive", "initramfs", "load_order"]

MAGIC: Final = b"070701"
TRAILER: Final = "TRAILER!!!"
ALIGNMENT: Final = 4
CONSOLE: Final = (5, 1)
"""Major and minor number of /dev/console (Documentation/admin-guide/devices.txt)."""
FOLDERS: Final = ("bin", "dev", "modules", "new", "old", "proc", "run", "sys", "upper")


class CpioArchive:
    """Grows entry by entry; a folder comes before what stands in it."""

    def __init__(self) -> None:
        self._octets = bytearray()
        self._entries = 0

    def folder(self, name: str) -> None:
        """An empty folder."""
        self._entry(name, stat.S_IFDIR | 0o755, b"")

    def file(self, name: str, content: bytes) -> None:
        """A file that may be executed."""
        self._entry(name, stat.S_IFREG | 0o755, content)

    def link(self, name: str, target: str) -> None:
        """A symbolic link."""
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def character_device(self, name: str, numbers: tuple[int, int]) -> None:
        """A device node with its major and minor number."""
        self._entry(name, stat.S_IFCHR | 0o600, b"", numbers)

    def finished(self) -> bytes:
        """The whole archive, with its end mark."""
        self._entry(TRAILER, 0, b"")
        return bytes(self._octets)

    def _entry(
        self, name: str, mode: int, content: bytes, numbers: tuple[int, int] = (0, 0)
    ) -> None:
        self._entries += 1
        encoded = name.encode() + b"\0"
        owner, links, changed = (0, 0), 1, 0
        of_device, check = (0, 0), 0
        fields = (self._entries, mode, *owner, links, changed, len(content), *of_device, *numbers)
        head = b"".join(b"%08X" % field for field in (*fields, len(encoded), check))
        self._append(MAGIC + head + encoded)
        self._append(content)

    def _append(self, octets: bytes) -> None:
        self._octets += octets
        self._octets += bytes(-len(self._octets) % ALIGNMENT)


def load_order(modules: Path, wanted: Iterable[str]) -> list[Path]:
    """Files of the wanted modules and of all they need, each after what it needs itself.

    Args:
        modules: the folder with ``modules.dep``, whose lines name a file, then what it needs with
            the outermost first.
        wanted: names of modules, ``-`` and ``_`` being the same.

    Raises:
        KeyError: the kernel has no such module.
    """
    needs: dict[str, list[str]] = {}
    for line in (modules / "modules.dep").read_text("utf-8").splitlines():
        file, _, others = line.partition(":")
        needs[_name(file)] = [*reversed(others.split()), file]
    ordered = dict.fromkeys(file for name in wanted for file in needs[_name(name)])
    return [modules / file for file in ordered]


def initramfs(busybox: Path, modules: Sequence[Path], first: bytes, command: bytes) -> bytes:
    """The archive, compressed as boot loaders take it.

    Args:
        busybox: a statically linked one.
        modules: files in the order they are loaded, as ``load_order`` gives them.
        first: the shell script that the kernel starts.
        command: the shell script that runs in this machine's root once that is mounted.
    """
    archive = CpioArchive()
    for name in FOLDERS:
        archive.folder(name)
    archive.character_device("dev/console", CONSOLE)
    archive.file("bin/busybox", busybox.read_bytes())
    archive.link("bin/sh", "busybox")
    for number, module in enumerate(modules):
        archive.file(f"modules/{number:03}-{_name(module.name)}.ko", _plain(module))
    archive.file("command", command)
    archive.file("init", first)
    return gzip.compress(archive.finished(), compresslevel=1)


def _name(file: str) -> str:
    """A module's name: that of its file up to the first dot, with underscores."""
    return Path(file).name.partition(".")[0].replace("-", "_")


def _plain(module: Path) -> bytes:
    """Debian 13 and later compress modules."""
    content = module.read_bytes()
    return lzma.decompress(content) if module.suffix == ".xz" else content
