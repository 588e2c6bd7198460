"""``watchclock frames``: what of each capture's bytes is frames, damage and noise.

A dock, a cable or a wand with bad contacts shows here, in either direction, before a download
fails.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from watchclock.decoded_files import FileUnreadableError, read_file
from watchclock.json_option import JsonOption
from watchclock.language import translate as _
from watchclock.several_errors import raise_all
from watchclock_device.import_errors import FileTooLargeError
from watchclock_protocol.capture import Chunk, Lane, read_until_damage
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.errors import CaptureError, CodedError
from watchclock_protocol.framing.declarations import Framing
from watchclock_protocol.framing.lane_quality import LaneQuality, lane_quality

__all__ = ["FramingMissingError", "frames"]

_DIRECTIONS = {Lane.FROM_WAND: _("from the wand"), Lane.TO_WAND: _("to the wand")}


class FramingMissingError(CodedError):
    """Only whoever follows the conversation can tell the frames of this dialect apart."""

    code = "command.framing_missing"
    template = "The frames in {path} cannot be told apart by their bytes: it is of {dialect}."
    next_step = "Use watchclock decode, which follows the conversation."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """One direction of one capture.

    Attributes:
        first_loss: where in the file the block with the first loss begins, None without any.
    """

    path: Path
    lane: Lane
    quality: LaneQuality
    first_loss: int | None


def frames(
    captures: Annotated[list[Path], typer.Argument(help=_("Captures, or folders of captures."))],
    *,
    as_json: JsonOption = False,
) -> None:
    """Tell for each capture and direction how many frames were whole, damaged or only noise.

    A file that cannot be used does not stop the next one; all are told of at the end.
    """
    errors: list[CodedError] = []
    found = _lanes(captures, errors)
    if as_json:
        for lane in found:
            sys.stdout.write(json.dumps(_fields(lane)) + "\n")
    else:
        _print_table(list(found))
    raise_all(errors)


def _lanes(paths: Iterable[Path], errors: list[CodedError]) -> Iterator[_Lane]:
    for path in _files(paths):
        try:
            yield from _lanes_of(path, errors)
        except CaptureError as error:
            error.add_note(str(path))
            errors.append(error)
        except (FileTooLargeError, FileUnreadableError, FramingMissingError) as error:
            errors.append(error)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.pcapng"))
        else:
            yield path


def _lanes_of(path: Path, errors: list[CodedError]) -> Iterator[_Lane]:
    capture, damage = read_until_damage(read_file(path))
    if damage is not None:
        damage.add_note(str(path))
        errors.append(damage)
    dialect = find_dialect(capture.about.dialect)
    if dialect.framing is None:
        raise FramingMissingError(path=path, dialect=dialect.name)
    chunks = [block for block in capture.blocks if isinstance(block, Chunk)]
    for lane in _DIRECTIONS:
        yield _lane(path, lane, dialect.framing, [each for each in chunks if each.lane is lane])


def _lane(path: Path, lane: Lane, framing: Framing, chunks: Sequence[Chunk]) -> _Lane:
    quality = lane_quality(framing, b"".join(chunk.data for chunk in chunks))
    return _Lane(
        path=path, lane=lane, quality=quality, first_loss=_block_of(chunks, quality.first_loss)
    )


def _block_of(chunks: Sequence[Chunk], place: int | None) -> int | None:
    """Where in the file the block begins that holds this byte of the lane."""
    if place is None:
        return None
    end = 0
    for chunk in chunks:
        end += len(chunk.data)
        if place < end:
            return chunk.offset
    return chunks[-1].offset


def _fields(found: _Lane) -> dict[str, object]:
    quality = found.quality
    return {
        "file": str(found.path),
        "lane": found.lane.name.lower(),
        "bytes": quality.octets,
        "frames": quality.frames,
        "frame_bytes": quality.frame_octets,
        "damaged": quality.rejected,
        "losses": {flaw.value: count for flaw, count in sorted(quality.losses.items())},
        "lost_bytes": quality.lost_octets,
        "first_loss_offset": found.first_loss,
    }


def _print_table(lanes: Sequence[_Lane]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column(_("File"), overflow="fold")
    table.add_column(_("Direction"), no_wrap=True)
    for heading in (
        _("Bytes"),
        _("Frames"),
        _("Damaged"),
        _("Lost bytes"),
        _("First loss"),
    ):
        table.add_column(heading, justify="right")
    for found in lanes:
        quality = found.quality
        first = "" if found.first_loss is None else str(found.first_loss)
        counts = (quality.octets, quality.frames, quality.rejected, quality.lost_octets)
        table.add_row(str(found.path), _DIRECTIONS[found.lane], *map(str, counts), first)
    Console(highlight=False, markup=False).print(table)
