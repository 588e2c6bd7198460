#!/usr/bin/env python3
"""The one entrance for people who build watchclock: demo, test, check, translate, bench, compare.

Needs nothing but Python 3.11 or newer. The first run makes a virtual environment in ``.venv`` and
installs what the task needs; later runs start at once until the requirements change.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PROGRAMS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = PROGRAMS / ("python.exe" if os.name == "nt" else "python")
BUDGETS = ROOT / "benchmarks" / "budgets.toml"

# Each extra contains those before it: an environment made for a later one serves the earlier.
EXTRAS = ("all", "test", "compare", "dev")

HOUSE_TESTS = (
    "tests/test_house_rules.py",
    "tests/test_import_contracts.py",
    "tests/test_docs.py",
    "tests/test_error_codes.py",
    "tests/test_language.py",
    "tests/server/test_server_catalog.py",
)


def main() -> int:
    """Run the task named on the command line and return its exit code."""
    arguments, passed_on = _split_at_dashes(sys.argv[1:])
    options = _parser().parse_args(arguments)
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this file may well have an older one
        print("watchclock needs Python 3.11 or newer; start this file with it.", file=sys.stderr)
        return 2
    tasks: dict[str, Callable[[], int]] = {
        "demo": lambda: demo(once=options.once, passed_on=passed_on),
        "test": lambda: test(require_all=options.require_all, passed_on=passed_on),
        "check": check,
        "translate": translate,
        "bench": lambda: bench(options.names, passed_on),
        "compare": compare,
    }
    return tasks[options.task]()


def demo(*, once: bool, passed_on: list[str]) -> int:
    """Run the main job on simulated wands."""
    prepare("all")
    return run([PROGRAMS / "watchclock", "demo", *(["--once"] if once else []), *passed_on])


def test(*, require_all: bool, passed_on: list[str]) -> int:
    """Run every test; with ``require_all`` a skipped test is a failed one."""
    prepare("test")
    strict = ["--require-all"] if require_all else []
    workers = ["-n", "2", "--dist", "loadfile", "-p", "no:benchmark"]
    return run([PYTHON, "-m", "pytest", *workers, *strict, *passed_on])


def check() -> int:
    """Run every static check and say at the end which failed."""
    prepare("dev")
    checks: dict[str, list[Path | str]] = {
        "format": [PROGRAMS / "ruff", "format", "--check", "."],
        "ruff": [PROGRAMS / "ruff", "check", "."],
        "mypy": [PROGRAMS / "mypy"],
        "pyright": [PROGRAMS / "pyright", "--warnings"],
        "import contracts": [PROGRAMS / "lint-imports"],
        "house rules and docs": [PYTHON, "-m", "pytest", "-q", "-p", "no:benchmark", *HOUSE_TESTS],
    }
    failed: list[str] = []
    for name, command in checks.items():
        print(f"== {name}", flush=True)
        if run(command) != 0:
            failed.append(name)
    print(f"check failed: {', '.join(failed)}" if failed else "check: everything is clean")
    return 1 if failed else 0


def translate() -> int:
    """Bring the catalogs of the command and of the server up to date with what the code says."""
    prepare("test")
    # The command's first: the server's takes over translations the two share.
    modules = ("tests.support.catalog", "tests.support.server_catalog")
    return max(run([PYTHON, "-m", module]) for module in modules)


def bench(names: list[str], passed_on: list[str]) -> int:
    """Run the benchmarks and hold every measured ratio against its budget."""
    prepare("test")
    files = [f"benchmarks/bench_{name}.py" for name in names] or ["benchmarks"]
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        command = [PYTHON, "-m", "pytest", *files, f"--benchmark-json={results}", *passed_on]
        code = run(command)
        measured = json.loads(results.read_text("utf-8") or "{}") if results.exists() else {}
    budgets = tomllib.loads(BUDGETS.read_text("utf-8"))
    exceeded = _print_ratios(measured.get("benchmarks", []), budgets)
    return code or (1 if exceeded else 0)


def compare() -> int:
    """Put watchclock beside other parsers and write the table of docs/performance.md."""
    prepare("compare")
    return run([PYTHON, "-m", "benchmarks.compare_parsers"])


def _print_ratios(
    benchmarks: list[dict[str, object]], budgets: dict[str, dict[str, float]]
) -> int:
    """Print one line a ratio and return how many broke their budget or have none."""
    exceeded = 0
    print(f"\n{'measured':<58}{'ratio':>12}{'budget':>12}")
    for benchmark in benchmarks:
        name = str(benchmark["name"]).removeprefix("bench_")
        extra = benchmark["extra_info"]
        ratios = extra.get("ratios", {}) if isinstance(extra, dict) else {}
        for key, value in ratios.items():
            limit = budgets.get(name, {}).get(key)
            is_kept = limit is not None and value <= limit
            exceeded += not is_kept
            shown = "none" if limit is None else f"{limit:g}"
            print(
                f"{name + '.' + key:<58}{value:>12.4g}{shown:>12}{'' if is_kept else '  EXCEEDED'}"
            )
    return exceeded


def prepare(extra: str) -> None:
    """Make or renew the virtual environment so that it holds at least ``extra``."""
    wanted = _fingerprint()
    if any(
        _stamp(name).is_file() and _stamp(name).read_text() == wanted
        for name in EXTRAS[EXTRAS.index(extra) :]
    ):
        return
    print(
        f"Setting up {ENVIRONMENT.name} for '{extra}' (first run only) …",
        file=sys.stderr,
        flush=True,
    )
    if not PYTHON.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    code = run([*pip, "--constraint", ROOT / "constraints.txt", "--editable", f"{ROOT}[{extra}]"])
    if code != 0:
        sys.exit("The packages could not be installed; pip says why above.")
    _stamp(extra).write_text(wanted)


def run(command: list[Path | str]) -> int:
    """Run a program in the project's folder, its output going where ours goes."""
    environment = {**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        return subprocess.run(
            [str(part) for part in command], cwd=ROOT, env=environment, check=False
        ).returncode
    except KeyboardInterrupt:
        return 130


def _fingerprint() -> str:
    content = b"".join(
        (ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")
    )
    return hashlib.sha256(content + sys.version.encode() + str(ROOT).encode()).hexdigest()


def _stamp(extra: str) -> Path:
    return ENVIRONMENT / f"installed-{extra}"


def _split_at_dashes(arguments: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in arguments:
        return arguments, []
    place = arguments.index("--")
    return arguments[:place], arguments[place + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    tasks = parser.add_subparsers(dest="task", required=True)
    shows = tasks.add_parser("demo", help="run the main job on simulated wands and show the page")
    shows.add_argument(
        "--once", action="store_true", help="end by itself instead of waiting for Ctrl-C"
    )
    tests = tasks.add_parser("test", help="run the tests; what follows -- goes to pytest")
    tests.add_argument("--require-all", action="store_true", help="a skipped test is a failure")
    tasks.add_parser("check", help="format, lint, types, import contracts, house rules, docs")
    tasks.add_parser(
        "translate", help="add new sentences to both Chinese catalogs and compile them"
    )
    tasks.add_parser(
        "compare", help="measure other parsers too and write the table of docs/performance.md"
    )
    benches = tasks.add_parser(
        "bench", help="run benchmarks against budgets; what follows -- goes to pytest"
    )
    benches.add_argument("names", nargs="*", metavar="NAME", help="only benchmarks/bench_NAME.py")
    return parser


if __name__ == "__main__":
    sys.exit(main())
