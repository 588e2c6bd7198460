"""The command's Chinese catalog: which sentences it needs, how it is renewed and compiled.

``python -m tests.support.catalog`` adds new sentences to the catalog, drops those no longer said,
and compiles it. The translations themselves are written by hand in the ``.po`` file.
"""

import ast
import importlib
import io
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from watchclock_protocol.errors import CodedError
from watchclock_protocol.tags.reading import NOTE_SENTENCES

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / "watchclock"
SIMULATOR = ROOT / "firmware_sim" / "watchclock_sim"
CATALOG = COMMAND / "locale" / "zh_CN" / "LC_MESSAGES" / "watchclock.po"
# Of typer's help; what it does not pass through gettext stays English.
HELP_SENTENCES = frozenset(
    {
        "Arguments",
        "Options",
        "Commands",
        "[default: {}]",
        "[env var: {}]",
        "[required]",
    }
)
# Reasons the operating system gives.
SYSTEM_REASONS = frozenset(
    {
        "Name or service not known",
        "No such file or directory",
        "Permission denied",
        "Is a directory",
        "Not a directory",
        "File exists",
        "Read-only file system",
        "No space left on device",
        "Input/output error",
        "File too large",
        "Address already in use",
        "Cannot assign requested address",
        "Disk quota exceeded",
        "AF_UNIX path too long",
    }
)
COMPONENTS = (
    "watchclock_protocol",
    "watchclock_device",
    "watchclock_sim",
    "watchclock_server",
    "watchclock",
)


def import_everything(components: Sequence[str]) -> None:
    """Import every module of these components, so that every error class exists."""
    for component in components:
        package = importlib.import_module(component)
        for module in pkgutil.walk_packages(package.__path__, f"{component}."):
            if not module.name.endswith("__main__") and ".migrations" not in module.name:
                importlib.import_module(module.name)


def error_classes(components: Sequence[str] = COMPONENTS) -> list[type[CodedError]]:
    """Every error a user of these components can meet, in the order of their codes."""
    import_everything(components)
    found: set[type[CodedError]] = set()
    waiting = [CodedError]
    while waiting:
        kind = waiting.pop()
        if kind.__module__.partition(".")[0] in components:
            found.add(kind)
        waiting += kind.__subclasses__()
    return sorted(found, key=lambda kind: kind.code)


def needed_sentences() -> set[str]:
    """Every sentence the command can say: translated literals, and what errors tell."""
    said = {
        text for path in COMMAND.rglob("*.py") for text in _literals_of(path, {"_", "translate"})
    }
    told = {text for kind in error_classes() for text in (kind.template, kind.next_step)}
    told |= set(NOTE_SENTENCES.values())
    told |= {
        text for path in SIMULATOR.rglob("*.py") for text in _literals_of(path, {"OptionHelp"})
    }
    return said | told | reasons(COMPONENTS) | HELP_SENTENCES | SYSTEM_REASONS


def reasons(components: Sequence[str]) -> set[str]:
    """The reasons that errors of these components are raised with, as far as they are literals."""
    return {
        reason
        for component in components
        for folder in importlib.import_module(component).__path__
        for path in Path(folder).rglob("*.py")
        for reason in _literal_reasons(path)
    }


def load() -> Catalog:
    """The catalog as written in the repository."""
    if not CATALOG.exists():
        return Catalog(locale="zh_CN", project="watchclock", fuzzy=False)
    with CATALOG.open("rb") as file:
        return read_po(file, locale="zh_CN")


def compiled(catalog: Catalog) -> bytes:
    """The catalog in the binary form that gettext reads."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def renew() -> None:
    """Bring the catalog file up to date with what the code says, then compile it."""
    old = load()
    new = Catalog(
        locale="zh_CN", project="watchclock", fuzzy=False, creation_date=old.creation_date
    )
    new.revision_date = old.revision_date
    for sentence in sorted(needed_sentences()):
        known = old.get(sentence)
        new.add(sentence, known.string if known else "")
    CATALOG.parent.mkdir(parents=True, exist_ok=True)
    with CATALOG.open("wb") as file:
        write_po(file, new, width=110, omit_header=False, sort_output=True, no_location=True)
    CATALOG.with_suffix(".mo").write_bytes(compiled(load()))


def _literals_of(path: Path, functions: AbstractSet[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in functions
        ):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def _literal_reasons(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "reason":
            value = node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "reason":
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                yield node.value.value
        elif isinstance(node, ast.Call):
            told = node.args[_place_of_reason(node.func) :][:1]
            if told and isinstance(told[0], ast.Constant) and isinstance(told[0].value, str):
                yield told[0].value


def _place_of_reason(function: ast.expr) -> int:
    """Which argument of it is a reason, from 0; one that no call has if none is."""
    match function:
        case ast.Name(id="FilledReason") | ast.Attribute(attr="refusal"):
            return 0
        case ast.Attribute(attr="wrong"):
            return 1
        case _:
            return sys.maxsize


if __name__ == "__main__":
    renew()
