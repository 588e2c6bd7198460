"""``watchclock read-tag``: what a desk reader reads, as it has to be entered for a checkpoint."""

import json
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from itertools import islice
from typing import Annotated

import typer
from rich.console import Console

from watchclock.json_option import JsonOption
from watchclock.language import translate as _
from watchclock_device.clocks import SYSTEM_CLOCKS
from watchclock_device.desk_reader import read_tags
from watchclock_device.registry import load_drivers
from watchclock_protocol.desk_reader import ShownTag

__all__ = ["read_tag"]


def read_tag(
    address: Annotated[
        str, typer.Argument(help=_("A device path, tcp:HOST:PORT or rfc2217:HOST:PORT."))
    ],
    *,
    count: Annotated[
        int, typer.Option(min=0, help=_("End after so many tags; 0 goes on until Ctrl-C."))
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    """Print every tag shown to a desk reader: its kind, its number, what a wand stores of it."""
    with (
        closing(read_tags(address, load_drivers(), SYSTEM_CLOCKS)) as tags,
        suppress(KeyboardInterrupt),
    ):
        for shown in islice(tags, count or None):
            if as_json:
                sys.stdout.write(json.dumps(_fields(shown)) + "\n")
                sys.stdout.flush()
            else:
                _print(shown)


def _fields(shown: ShownTag) -> Mapping[str, str | int | None]:
    return {
        "tag": None if shown.tag is None else str(shown.tag),
        "kind": shown.kind,
        "technology": shown.technology,
        "hex": shown.number.hex().upper(),
        "decimal": shown.decimal,
        "as_stored": None if shown.as_stored is None else str(shown.as_stored),
    }


def _print(shown: ShownTag) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    number = shown.number.hex().upper()
    if shown.tag is None:
        sentence = _("{kind}: {number} is no tag")
        console.print(sentence.format(kind=shown.kind, number=number))
        return
    sentence = _("{tag}   {decimal}   {kind}   a wand stores {stored}")
    console.print(
        sentence.format(
            tag=shown.tag, decimal=shown.decimal, kind=shown.kind, stored=shown.as_stored
        )
    )
