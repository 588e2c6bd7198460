"""The house rules hold for every file, and each rule finds what it is there to find."""

from pathlib import Path

import pytest

from tests.support.house_rules import RULES, SourceFile, findings

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("protocol", "device", "firmware_sim", "server", "watchclock", "tests", "benchmarks")
GENERATED = frozenset({"benchmarks/kaitai/wm5000t_records.py"})

SOURCES = sorted(
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if path.relative_to(ROOT).as_posix() not in GENERATED
)

PLANTED = {
    "functions_are_short": ("a.py", '"""Why."""\ndef f():\n' + "    x = 1\n" * 41),
    "modules_are_short": ("a.py", '"""Why."""\n' + "x = 1\n" * 400),
    "modules_have_a_purpose": ("a.py", "x = 1\n"),
    "classes_are_named_for_what_they_are": ("a.py", '"""Why."""\nclass WandManager: ...\n'),
    "no_string_is_a_statement": ("a.py", '"""Why."""\nx = 1\nf"lost {x}"\n'),
    "no_assert_over_a_choice": ("a.py", '"""Why."""\nassert 1 == 1 if x else 2\n'),
    "every_test_asserts": ("test_a.py", "def test_nothing():\n    print()\n"),
    "no_unreasoned_suppression": ("a.py", '"""Why."""\nx = 1  # ' + "noqa\n"),
}


def test_every_file_keeps_the_house_rules() -> None:
    broken = [
        str(finding)
        for path in SOURCES
        for finding in findings(SourceFile(path.relative_to(ROOT), path.read_text("utf-8")))
    ]
    assert SOURCES
    assert broken == []


def test_every_rule_has_a_planted_violation() -> None:
    assert {rule.__name__ for rule in RULES} == set(PLANTED)


@pytest.mark.parametrize("rule", sorted(PLANTED))
def test_a_planted_violation_is_found(rule: str) -> None:
    name, text = PLANTED[rule]
    assert len(findings(SourceFile(Path(name), text))) == 1


def test_a_module_named_utils_is_refused() -> None:
    assert len(findings(SourceFile(Path("utils.py"), '"""Why."""\n'))) == 1
