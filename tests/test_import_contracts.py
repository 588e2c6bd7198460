"""Every import contract is kept, and a planted violation of each is caught."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
    "contracts"
]
COMPONENTS = ("protocol", "device", "firmware_sim", "server", "watchclock")

# contract id -> (file, line added at its end, or None to make the file new)
PLANTED: Mapping[str, tuple[str, str]] = {
    "components": ("firmware_sim/watchclock_sim/hardware/clock.py", "import watchclock_device"),
    "sans-io": ("protocol/watchclock_protocol/values.py", "import time"),
    "one-door-to-construct": ("protocol/watchclock_protocol/values.py", "import construct"),
    "dialects-independent": (
        "protocol/watchclock_protocol/dialects/fcard/host.py",
        "import watchclock_protocol.dialects.wm5000t.layouts",
    ),
    "drivers-independent": (
        "device/watchclock_device/drivers/serial_port.py",
        "import watchclock_device.drivers.tcp_port",
    ),
    "server-features": (
        "server/watchclock_server/sites/service.py",
        "import watchclock_server.plans.service",
    ),
    "feature-layers": ("server/watchclock_server/sites/helpers.py", '"""Stray."""'),
    "pure-domain": ("server/watchclock_server/plans/domain.py", "import sqlalchemy"),
    **{
        f"private-{feature}": (
            "server/watchclock_server/reconciliation/service.py",
            f"import watchclock_server.{feature}.repository",
        )
        for feature in ("accounts", "faults", "intake", "plans", "repairs", "sites", "wands")
    },
    "no-cycles": (
        "server/watchclock_server/sites/domain.py",
        "import watchclock_server.sites.service",
    ),
}


def lint_imports(folder: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the copy of the project in ``folder``."""
    chosen = ["--contract", contract] if contract else []
    paths = os.pathsep.join(
        str(folder if name == "watchclock" else folder / name) for name in COMPONENTS
    )
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache", "--config", "pyproject.toml", *chosen],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project's sources that a test may damage."""
    for name in COMPONENTS:
        shutil.copytree(
            ROOT / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("__pycache__", "static", "locale"),
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract["id"] for contract in CONTRACTS} == set(PLANTED)


def test_every_contract_is_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_planted_violation_is_caught(contract: str, project: Path) -> None:
    name, line = PLANTED[contract]
    path = project / name
    before = path.read_text("utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{line}\n", "utf-8")
    result = lint_imports(project, contract)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout
