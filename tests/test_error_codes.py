"""Every error has a code of its own, a sentence, a next step and its row in docs/errors.md."""

import importlib
import pkgutil
import re
import string
from pathlib import Path

import pytest

import watchclock
import watchclock_device
import watchclock_protocol
import watchclock_server
import watchclock_sim
from watchclock.exit_codes import exit_code
from watchclock_protocol.errors import CodedError

PAGE = (Path(__file__).resolve().parents[1] / "docs/errors.md").read_text("utf-8")
ROW = re.compile(r"^\| `(?P<code>[a-z_.]+)` \| (?P<exit>\d+) \|", re.MULTILINE)


def every_error() -> list[type[CodedError]]:
    """All error classes of all components."""
    for package in (watchclock, watchclock_device, watchclock_protocol, watchclock_server):
        import_all(package.__name__, list(package.__path__))
    import_all(watchclock_sim.__name__, list(watchclock_sim.__path__))
    found: list[type[CodedError]] = []
    waiting = [CodedError]
    while waiting:
        error = waiting.pop()
        found.append(error)
        waiting += error.__subclasses__()
    return sorted((e for e in found if e.__module__.startswith("watchclock")), key=code_of)


def import_all(name: str, path: list[str]) -> None:
    for module in pkgutil.walk_packages(path, f"{name}."):
        if "__main__" not in module.name and ".migrations." not in module.name:
            importlib.import_module(module.name)


def code_of(error: type[CodedError]) -> str:
    return error.code


ERRORS = every_error()


@pytest.mark.parametrize("error", ERRORS, ids=code_of)
def test_an_error_has_its_own_code_and_its_row(error: type[CodedError]) -> None:
    rows = [row for row in ROW.finditer(PAGE) if row["code"] == error.code]
    details = {name for _, name, _, _ in string.Formatter().parse(error.template) if name}
    details |= {name for _, name, _, _ in string.Formatter().parse(error.next_step) if name}
    made = error(**dict.fromkeys(details, "1"))
    assert [other for other in ERRORS if other.code == error.code] == [error]
    assert [int(row["exit"]) for row in rows] == [exit_code(made)]
    assert made.advice
    assert str(made)


def test_the_page_lists_no_code_that_does_not_exist() -> None:
    assert {row["code"] for row in ROW.finditer(PAGE)} == {error.code for error in ERRORS}
