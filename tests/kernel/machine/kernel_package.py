"""Debian's own kernel, downloaded and unpacked into a cache; nothing is installed or changed.

Which package is the current kernel changes with every security update, so its name is asked of
apt. The modules' index, which the package's installer would make, is made by ``depmod`` here.
"""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["Kernel", "KernelMissingError", "cache_folder", "fetched_kernel"]

META_PACKAGE: Final = "linux-image-amd64"
KERNEL_PACKAGE: Final = re.compile(r"\blinux-image-\d\S*-amd64\b")
APT_TIMEOUT_S: Final = 180
UNPACK_TIMEOUT_S: Final = 120


class KernelMissingError(Exception):
    """There is no kernel in the cache and none can be fetched; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """An unpacked kernel package.

    Attributes:
        package: its name, for example ``linux-image-6.1.0-49-amd64``.
        image: the compressed kernel that a boot loader would load.
        modules: the folder of its modules, with ``modules.dep``.
    """

    package: str
    image: Path
    modules: Path


def cache_folder() -> Path:
    """Where unpacked kernels are kept: ``$WATCHCLOCK_KERNEL_CACHE`` or below ``~/.cache``."""
    named = os.environ.get("WATCHCLOCK_KERNEL_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "watchclock" / "kernel"


def fetched_kernel(cache: Path) -> Kernel:
    """The current kernel, from the cache or fetched into it; a kept one where apt cannot help.

    Raises:
        KernelMissingError: neither works.
    """
    with _held(cache):
        try:
            package = _current_package()
            if not (cache / package).is_dir():
                _fetch(package, cache)
        except (OSError, subprocess.SubprocessError, KernelMissingError) as error:
            kept = sorted(path.name for path in cache.glob("linux-image-*"))
            if not kept:
                raise KernelMissingError(f"no kernel package: {_reason(error)}") from error
            package = kept[-1]
    return _kernel(cache / package)


def _current_package() -> str:
    told = _run(["apt-cache", "depends", META_PACKAGE], timeout_s=APT_TIMEOUT_S)
    found = KERNEL_PACKAGE.search(told)
    if found is None:
        raise KernelMissingError(f"apt knows no {META_PACKAGE}; run apt-get update")
    return found.group()


def _fetch(package: str, cache: Path) -> None:
    """Download, unpack and index, aside first, so that what bears the name is whole."""
    with tempfile.TemporaryDirectory(dir=cache, prefix="fetching-") as name:
        folder = Path(name)
        _run(["apt-get", "download", package], timeout_s=APT_TIMEOUT_S, cwd=folder)
        (archive,) = folder.glob("*.deb")
        unpacked = folder / "unpacked"
        _run(["dpkg-deb", "-x", str(archive), str(unpacked)], timeout_s=UNPACK_TIMEOUT_S)
        version = _kernel(unpacked).modules.name
        _run([_depmod(), "-b", str(unpacked), version], timeout_s=UNPACK_TIMEOUT_S)
        unpacked.rename(cache / package)


def _depmod() -> str:
    """``depmod``, which is not on an ordinary user's path."""
    return shutil.which("depmod") or shutil.which("depmod", path="/usr/sbin:/sbin") or "depmod"


def _kernel(folder: Path) -> Kernel:
    images = sorted((folder / "boot").glob("vmlinuz-*"))
    # Where /lib is a link to /usr/lib packages unpack below /usr.
    modules = [path for lib in ("lib", "usr/lib") for path in (folder / lib / "modules").glob("*")]
    if len(images) != 1 or len(modules) != 1:
        raise KernelMissingError(f"{folder} holds no kernel with its modules; remove it")
    return Kernel(package=folder.name, image=images[0], modules=modules[0])


def _run(command: list[str], *, timeout_s: int, cwd: Path | None = None) -> str:
    finished = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=timeout_s, cwd=cwd
    )
    return finished.stdout


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        said = str(error.stderr).strip().splitlines()
        return f"{error.cmd[0]}: {said[-1] if said else error.returncode}"
    return str(error)


@contextmanager
def _held(cache: Path) -> Generator[None]:
    """Nobody else fetches into the cache meanwhile, such as another worker of the tests."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
