"""Finds the line of a key in a TOML file, because the standard library's reader forgets it.

The values come from ``tomllib``. Only when one of them is wrong, the text is parsed once more by
tree-sitter, whose grammar of TOML keeps the place of everything.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

__all__ = ["KeyPath", "line_of", "written_path"]

KeyPath = tuple[str | int, ...]
"""Keys and, behind an array's key, the place in the array: ``("wands", 0, "clock")``."""

LANGUAGE: Final = Language(tree_sitter_toml.language())
BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
KEYS: Final = ("bare_key", "quoted_key", "dotted_key")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a key, a table or an element of an array begins."""

    path: KeyPath
    line: int


def line_of(text: str, path: KeyPath) -> int:
    """The line, from 1, of a key; of what holds it where the key itself is not in the file.

    Args:
        text: a whole TOML file, free of syntax errors.
        path: the key.
    """
    found: dict[KeyPath, int] = {}
    for place in _places(Parser(LANGUAGE).parse(text.encode()).root_node):
        found.setdefault(place.path, place.line)
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)


def written_path(path: KeyPath) -> str:
    """The path as a person writes it: ``wands[0].clock.drift_ppm``, odd keys in quotes."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{_written_key(step)}" for step in path)
    return "".join(steps).removeprefix(".")


def _written_key(key: str) -> str:
    is_bare = BARE_KEY.fullmatch(key) is not None
    return key if is_bare else json.dumps(key, ensure_ascii=False)


def _places(document: Node) -> Iterator[_Place]:
    counts: dict[KeyPath, int] = {}
    for node in document.named_children:
        if node.type == "pair":
            yield from _pair(node, ())
            continue
        if node.type not in ("table", "table_array_element"):
            continue
        path: KeyPath = ()
        keys = _keys(node.named_children[0])
        for index, key in enumerate(keys):
            path = (*path, key)
            is_new_element = node.type == "table_array_element" and index == len(keys) - 1
            if is_new_element:
                counts[path] = counts.get(path, -1) + 1
                yield _Place(path, _line(node))
            if path in counts:
                path = (*path, counts[path])
        yield _Place(path, _line(node))
        for pair in node.named_children[1:]:
            yield from _pair(pair, path)


def _pair(node: Node, above: KeyPath) -> Iterator[_Place]:
    if node.type != "pair":
        return
    # A comment behind the value in the last line of it belongs to the pair.
    key, value = [child for child in node.named_children if child.type != "comment"][:2]
    path = above
    for step in _keys(key):
        path = (*path, step)
        yield _Place(path, _line(key))
    yield from _value(value, path)


def _value(node: Node, path: KeyPath) -> Iterator[_Place]:
    if node.type == "inline_table":
        for pair in node.named_children:
            yield from _pair(pair, path)
    elif node.type == "array":
        elements = [child for child in node.named_children if child.type != "comment"]
        for index, element in enumerate(elements):
            yield _Place((*path, index), _line(element))
            yield from _value(element, (*path, index))


def _keys(node: Node) -> list[str]:
    """The keys of a bare, quoted or dotted key; a quoted one is read as TOML reads it."""
    if node.type == "dotted_key":
        return [key for child in node.named_children if child.type in KEYS for key in _keys(child)]
    written = (node.text or b"").decode()
    return list(tomllib.loads(f"{written} = 0")) if node.type == "quoted_key" else [written]


def _line(node: Node) -> int:
    return node.start_point.row + 1
