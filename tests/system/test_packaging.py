"""What is installed is complete, and nothing but watchclock's own names lands in site-packages."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "watchclock",
    "watchclock_device",
    "watchclock_protocol",
    "watchclock_server",
    "watchclock_sim",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it would be published."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_owns_only_names_of_its_own(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        top = {name.partition("/")[0] for name in archive.namelist()}
    assert {name for name in top if ".dist-info" not in name} == PACKAGES


def test_the_wheel_holds_everything_that_is_not_python(wheel: Path) -> None:
    suffixes = {".html", ".css", ".js", ".mo", ".toml", ".typed"}
    expected = {
        path.relative_to(package.parent).as_posix()
        for name in PACKAGES
        for package in [ROOT / name, *ROOT.glob(f"*/{name}")]
        if (package / "__init__.py").exists()
        for path in package.rglob("*")
        if path.suffix in suffixes or path.name == "py.typed"
    }
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert expected
    assert expected - held == set()
