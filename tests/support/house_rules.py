"""Our own rules for source code, each from a mistake that no ready-made checker sees.

Each rule walks one file's syntax tree and gives the places that break it. Where a rule comes from
a real mistake in a well-known project, that project is named.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

__all__ = ["RULES", "Finding", "SourceFile", "findings"]

LONGEST_FUNCTION = 40
LONGEST_MODULE = 400
LONGEST_CONFTEST = 120
LONGEST_INIT = 40
FORBIDDEN_MODULE_NAMES = {"utils", "util", "common", "core", "helpers", "helper", "base", "misc"}
FORBIDDEN_CLASS_SUFFIXES = ("Manager", "Handler", "Helper", "Util", "Utils")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One Python file: where it stands and what is written in it."""

    path: Path
    text: str

    @property
    def is_test(self) -> bool:
        """Whether pytest collects it."""
        return self.path.name.startswith(("test_", "bench_"))


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that breaks a rule."""

    path: Path
    line: int
    sentence: str

    @override
    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence}"


Rule = Callable[[SourceFile, ast.Module], Iterator[tuple[int, str]]]
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def functions_are_short(_source: SourceFile, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """In every project that reads well the longest functions are the feared ones."""
    for node in ast.walk(tree):
        if isinstance(node, FunctionNode):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {lines} lines, {LONGEST_FUNCTION} are allowed"


def modules_are_short(source: SourceFile, _tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The 90th percentile module of well-kept projects has about 420 lines."""
    limits = {"conftest.py": LONGEST_CONFTEST, "__init__.py": LONGEST_INIT}
    limit = limits.get(source.path.name, LONGEST_MODULE)
    lines = source.text.count("\n")
    if lines > limit:
        yield 1, f"the module has {lines} lines, {limit} are allowed"


def modules_have_a_purpose(source: SourceFile, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """A name like utils collects everything; a module without a first line explains nothing."""
    if source.path.stem in FORBIDDEN_MODULE_NAMES:
        yield 1, f"{source.path.name} says nothing about what is inside"
    if tree.body and not source.is_test and ast.get_docstring(tree) is None:
        yield 1, "the module does not say why it exists"


def classes_are_named_for_what_they_are(
    _source: SourceFile, tree: ast.Module
) -> Iterator[tuple[int, str]]:
    """A class called Manager or Handler has no boundary."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith(FORBIDDEN_CLASS_SUFFIXES):
            yield node.lineno, f"{node.name} is named for a role, not for what it is"


def no_string_is_a_statement(_source: SourceFile, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """An f-string left as a statement of its own (esptool's loader lost half a message so)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.JoinedStr):
            yield node.lineno, "an f-string stands alone and is lost"


def no_assert_over_a_choice(_source: SourceFile, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """``assert a == b if c else d`` asserts ``d`` (pymodbus, datasette); a tuple is true."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.IfExp | ast.Tuple):
            yield node.lineno, "this assert is true whatever happens"


def every_test_asserts(source: SourceFile, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """A test that asserts nothing in its own body proves nothing (a fifth of pymodbus' tests)."""
    if not source.is_test:
        return
    for node in ast.walk(tree):
        if (
            isinstance(node, FunctionNode)
            and node.name.startswith(("test_", "bench_"))
            and not _asserts(node)
        ):
            yield node.lineno, f"{node.name} asserts nothing in its own body"


def no_unreasoned_suppression(source: SourceFile, _tree: ast.Module) -> Iterator[tuple[int, str]]:
    """A suppression names its code, so that it hides one thing and not everything."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        bare = line.partition("#")[2].strip().lower()
        if bare in {"noqa", "type: ignore", "pyright: ignore"}:
            yield number, "the suppression names no code"


RULES: tuple[Rule, ...] = (
    functions_are_short,
    modules_are_short,
    modules_have_a_purpose,
    classes_are_named_for_what_they_are,
    no_string_is_a_statement,
    no_assert_over_a_choice,
    every_test_asserts,
    no_unreasoned_suppression,
)


def findings(source: SourceFile) -> list[Finding]:
    """Every place in the file that breaks a rule."""
    tree = ast.parse(source.text, filename=str(source.path))
    return [
        Finding(source.path, line, sentence)
        for rule in RULES
        for line, sentence in rule(source, tree)
    ]


def _asserts(function: FunctionNode) -> bool:
    return any(isinstance(node, ast.Assert) or _is_raises(node) for node in ast.walk(function))


def _is_raises(node: ast.AST) -> bool:
    """``pytest.raises(...)`` and ``pytest.fail(...)`` count as assertions."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr in {"raises", "fail", "warns"}
