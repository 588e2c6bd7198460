"""What the virtual machine is made of, without starting one."""

import gzip
import lzma
import subprocess
from pathlib import Path

import pytest

from tests.kernel.machine.initramfs import CpioArchive, initramfs, load_order
from tests.kernel.machine.kernel_package import KernelMissingError, fetched_kernel
from tests.kernel.machine.virtual_machine import MachineMissingError, found_machine

MODULES_DEP = """\
kernel/fs/9p/9p.ko: kernel/net/9p/9pnet.ko kernel/fs/fscache/fscache.ko kernel/fs/netfs/netfs.ko
kernel/net/9p/9pnet.ko:
kernel/fs/fscache/fscache.ko: kernel/fs/netfs/netfs.ko
kernel/fs/netfs/netfs.ko:
kernel/drivers/usb/class/cdc-acm.ko.xz:
"""


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    (tmp_path / "modules.dep").write_text(MODULES_DEP)
    return tmp_path


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache that holds the kernel of an earlier run."""
    kept = tmp_path / "linux-image-6.1.0-1-amd64"
    (kept / "boot").mkdir(parents=True)
    (kept / "boot" / "vmlinuz-6.1.0-1-amd64").touch()
    (kept / "lib" / "modules" / "6.1.0-1-amd64").mkdir(parents=True)
    return tmp_path


def test_a_module_is_loaded_after_everything_it_needs(modules: Path) -> None:
    order = [path.name for path in load_order(modules, ["9p", "9pnet"])]
    assert order == ["netfs.ko", "fscache.ko", "9pnet.ko", "9p.ko"]


def test_a_module_is_found_by_either_spelling_and_compressed_or_not(modules: Path) -> None:
    assert load_order(modules, ["cdc_acm"]) == load_order(modules, ["cdc-acm"])
    assert load_order(modules, ["cdc_acm"])[0].name == "cdc-acm.ko.xz"


def test_a_module_the_kernel_lacks_is_named(modules: Path) -> None:
    with pytest.raises(KeyError, match="ftdi_sio"):
        load_order(modules, ["ftdi_sio"])


def test_an_entry_stands_in_the_archive_as_the_format_demands() -> None:
    archive = CpioArchive()
    archive.file("init", b"hello")
    octets = archive.finished()
    # Documentation/driver-api/early-userspace/buffer-format.rst: 13 fields of 8 digits, then the
    # name with its zero padded to four, then the content padded to four.
    assert octets[:14] == b"07070100000001"
    assert octets[54:62] == b"00000005"
    assert octets[94:102] == b"00000005"
    assert octets[110:124] == b"init\0\0hello\0\0\0"
    assert b"TRAILER!!!\0" in octets[124:]
    assert len(octets) % 4 == 0


def test_modules_are_packed_uncompressed_in_the_order_they_are_loaded(tmp_path: Path) -> None:
    busybox = tmp_path / "busybox"
    busybox.write_bytes(b"static")
    files = [tmp_path / "overlay.ko", tmp_path / "cdc-acm.ko.xz"]
    files[0].write_bytes(b"the first module")
    files[1].write_bytes(lzma.compress(b"the second module"))
    octets = gzip.decompress(initramfs(busybox, files, b"first", b"command"))
    assert octets.index(b"modules/000-overlay.ko") < octets.index(b"modules/001-cdc_acm.ko")
    assert b"the first module" in octets
    assert b"the second module" in octets


def test_the_kernel_of_an_earlier_run_serves_where_apt_is_not(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    kernel = fetched_kernel(cache)
    assert kernel.package == "linux-image-6.1.0-1-amd64"
    assert kernel.modules.name == "6.1.0-1-amd64"


def test_without_apt_and_without_a_kept_kernel_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(KernelMissingError, match="apt-cache"):
        fetched_kernel(tmp_path)


def test_a_half_unpacked_kernel_is_told_and_not_booted(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    next(cache.glob("*/boot/vmlinuz-*")).unlink()
    with pytest.raises(KernelMissingError, match="holds no kernel"):
        fetched_kernel(cache)


def test_a_machine_without_its_programs_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MachineMissingError, match="not installed: qemu-system-x86_64, busybox"):
        found_machine()


def test_the_first_program_is_a_shell_script_without_mistakes_in_its_form() -> None:
    script = Path(__file__).parent / "machine" / "first_program.sh"
    checked = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
    assert checked.stderr == ""
    assert checked.returncode == 0
