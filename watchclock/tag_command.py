"""``watchclock tag``: says what a pasted tag or a key file means, and prints it in every way."""

import json
import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from watchclock.decoded_files import FileUnreadableError
from watchclock.json_option import JsonOption
from watchclock.language import translate as _
from watchclock_protocol.errors import CodedError
from watchclock_protocol.tags.flipper import read_flipper
from watchclock_protocol.tags.ibutton import FAMILIES, whole
from watchclock_protocol.tags.iso15693 import MAKERS
from watchclock_protocol.tags.notations import printed_forms, read_tag
from watchclock_protocol.tags.reading import NOTE_SENTENCES, TagReading
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["TagInputError", "tag"]

_LARGEST_FILE_BYTES: Final = 64 * 1024


class TagInputError(CodedError):
    """Neither a text nor a file was given, or both."""

    code = "command.tag_input"
    template = "Give either the text of a tag or a key file."
    next_step = "Try: watchclock tag AE0000030D45EB01, or watchclock tag --file gate.ibtn."


def tag(
    text: Annotated[
        list[str] | None, typer.Argument(help=_("The tag as printed or pasted, in any notation."))
    ] = None,
    notation: Annotated[
        str | None, typer.Option(help=_("Read it in this notation; docs/tags.md lists them."))
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help=_("Read a Flipper's .ibtn, .rfid or .nfc file instead."))
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Say what a tag is, how sure that is, and how others print it."""
    if (file is None) == (text is None):
        raise TagInputError
    if file is None:
        reading = read_tag(" ".join(text or ()), notation=notation)
    else:
        reading = read_flipper(_content(file))
    if as_json:
        _print_json(reading)
    else:
        _print_table(reading)


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(_LARGEST_FILE_BYTES)
    except OSError as error:
        raise FileUnreadableError(path=file, reason=error.strerror) from error


def _print_json(reading: TagReading) -> None:
    told = {
        "tag": str(reading.tag),
        "technology": reading.tag.technology,
        "is_whole": reading.tag.is_whole,
        "known_bytes": len(reading.tag.number),
        "made_by": _maker(reading.tag),
        "notation": reading.notation,
        "is_proven": reading.is_proven,
        "notes": list(reading.notes),
        "printed": dict(printed_forms(reading.tag)),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _print_table(reading: TagReading) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(str(reading.tag))
    console.print(_extent(reading.tag))
    maker = _maker(reading.tag)
    if maker is not None:
        console.print(_("Part or maker: {maker}").format(maker=maker))
    console.print(_("Read as {notation}").format(notation=reading.notation))
    if reading.is_proven:
        console.print(_("A check sum inside it holds."))
    for note in reading.notes:
        console.print(_(NOTE_SENTENCES[note]))
    console.print(_("A number proves the place, not that the tag is genuine: tags can be copied."))
    console.print()
    table = Table(box=None, pad_edge=False)
    table.add_column(_("Notation"), no_wrap=True)
    table.add_column(_("Printed"), no_wrap=True)
    for name, form in printed_forms(reading.tag).items():
        table.add_row(name, form)
    console.print(table)


def _extent(tag_id: TagId) -> str:
    if tag_id.is_whole:
        return _("Whole identity of {count} bytes").format(count=len(tag_id.octets))
    return _("Partial identity, low bytes known: {count}").format(count=len(tag_id.octets))


def _maker(tag_id: TagId) -> str | None:
    """What the family of a button, or the maker's code of a vicinity card, stands for."""
    rom = whole(tag_id)
    if rom is not None:
        family = FAMILIES.get(rom[0])
        return None if family is None else family.name
    if tag_id.technology is TagTechnology.ISO15693 and tag_id.is_whole:
        return MAKERS.get(tag_id.octets[1])
    return None
