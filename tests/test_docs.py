"""The documents tell the truth: links lead somewhere, words are the code's, commands exist."""

import ast
import re
from pathlib import Path

import pytest

from watchclock.command import VERBS

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("protocol", "device", "firmware_sim", "server", "watchclock")
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "*/README.md", "tests/golden/**/*.md")
    for path in ROOT.glob(pattern)
    if not path.relative_to(ROOT).parts[0].startswith(".")
)
GLOSSARY = (ROOT / "GLOSSARY.md").read_text("utf-8")


def class_names() -> set[str]:
    """Every class and type alias defined in the product."""
    names: set[str] = set()
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef):
                    names.add(node.name)
    return names


def glossary_rows() -> list[list[str]]:
    """The glossary's table: term, Chinese, meaning, code name, banned words."""
    rows = [
        line.strip("|").split("|") for line in GLOSSARY.splitlines() if line.startswith("| **")
    ]
    return [[cell.strip() for cell in row] for row in rows]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_files(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)\)", document.read_text("utf-8"))
    broken = [t for t in targets if "://" not in t and not (document.parent / t).exists()]
    assert broken == []


def test_every_code_name_in_the_glossary_exists() -> None:
    named = {name.strip("`") for row in glossary_rows() for name in [row[3]] if name}
    assert len(named) > 15
    assert named - class_names() == set()


def test_no_class_bears_a_banned_word() -> None:
    banned = {
        word.strip() for row in glossary_rows() for word in row[4].split(",") if word.strip()
    }
    pattern = re.compile(
        "|".join(f"{word.title().replace(' ', '')}(?![a-z])" for word in sorted(banned))
    )
    assert {name for name in class_names() if pattern.match(name)} == set()


def test_the_readme_is_short_and_names_only_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    used = set(re.findall(r"^    watchclock ([a-z-]+)", readme, re.MULTILINE))
    assert readme.count("\n") <= 150
    assert used
    assert used - set(VERBS) == set()


def test_every_decision_says_what_enforces_it() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    wanting = [d.name for d in decisions if "Enforced by:" not in d.read_text("utf-8")]
    assert decisions
    assert wanting == []


def test_no_path_of_a_developers_machine_stands_in_the_project() -> None:
    pattern = re.compile(r"(^|[^A-Za-z0-9_])/(work|farm|home|Users)/[a-z]")
    texts = [
        *DOCUMENTS,
        *ROOT.glob("*.toml"),
        *(p for f in FOLDERS for p in (ROOT / f).rglob("*.py")),
    ]
    assert [p.name for p in texts if pattern.search(p.read_text("utf-8"))] == []
