"""The folder of an archive: captures that appear whole or not at all, and the truth beside them.

    archive.json            which options made it
    truth.jsonl             one line a wand and night, when everything is there
    truth.parts/            the lines of wands that are finished, until then
    fcard-7/2025-01-01.pcapng

A capture gets its name when it is whole, so a process that is killed leaves nothing torn under a
good name; a power cut may, which its check sum in the truth shows.
"""

import hashlib
import json
import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.archive.wand_captures import Row
from watchclock_sim.errors import ArchiveFolderError, ArchiveOtherError

__all__ = ["ArchiveStore"]

NOTE: Final = "archive.json"
TRUTH: Final = "truth.jsonl"
PARTS: Final = "truth.parts"
FORMAT: Final = "watchclock archive 1"


class ArchiveStore:
    """One archive on disk.

    Every method that writes or reads raises ``ArchiveFolderError``, as when the disk is full.
    """

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder
        self.truth: Final = folder / TRUTH
        self._parts: Final = folder / PARTS

    def open(self, told: Mapping[str, object]) -> None:
        """Make the folder, or make sure that it holds the archive of these options.

        Raises:
            ArchiveOtherError: it holds another one, or other files.
        """
        note = {"format": FORMAT, **told}
        with self._translated():
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / NOTE
            found = _read_note(path)
            if found is None and any(self.folder.iterdir()):
                raise ArchiveOtherError(folder=self.folder, reason="other files are in it")
            if found is not None and found != note:
                unlike = ", ".join(sorted(key for key in note if found.get(key) != note[key]))
                reason = FilledReason("it was made with other options: {options}", options=unlike)
                raise ArchiveOtherError(folder=self.folder, reason=reason)
            if found is None:
                write_whole(path, (json.dumps(note, indent=2) + "\n").encode())
            if not self.truth.exists():
                self._parts.mkdir(exist_ok=True)

    def put(self, name: str, data: bytes) -> bool:
        """Store a capture; False when exactly these bytes are there already."""
        path = self.folder / name
        with self._translated():
            path.parent.mkdir(exist_ok=True)
            if path.exists() and path.read_bytes() == data:
                return False
            write_whole(path, data)
            return True

    def is_kept(self, row: Row) -> bool:
        """Whether the capture of this line is there, whole."""
        name = row["capture"]
        if not isinstance(name, str):
            return True
        path = self.folder / name
        with self._translated():
            if not path.is_file():
                return False
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == row["sha256"]

    def rows_of(self, wand: str) -> list[Row] | None:
        """The lines of a wand that was finished before; None when it was not."""
        with self._translated():
            path = self._parts / f"{wand}.jsonl"
            if path.exists():
                return [json.loads(line) for line in path.read_bytes().splitlines()]
            return None

    def finish_wand(self, wand: str, rows: list[Row]) -> None:
        """All captures of a wand are there."""
        lines = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
        with self._translated():
            self._parts.mkdir(exist_ok=True)
            write_whole(self._parts / f"{wand}.jsonl", lines.encode())

    def spread_truth(self) -> None:
        """Have the lines of a finished archive wand by wand again, to check its captures."""
        with self._translated():
            if not self.truth.exists():
                return
            self._parts.mkdir(exist_ok=True)
            for wand, lines in _lines_by_wand(self.truth):
                write_whole(self._parts / f"{wand}.jsonl", lines)

    def finish(self, wands: list[str]) -> None:
        """All wands are finished: one truth for all."""
        part = self.truth.with_suffix(".part")
        with self._translated():
            with part.open("wb") as whole:
                for wand in wands:
                    whole.write((self._parts / f"{wand}.jsonl").read_bytes())
            part.replace(self.truth)
            shutil.rmtree(self._parts)

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ArchiveFolderError(folder=self.folder, reason=reason) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that appears under its name only when it is whole.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _read_note(path: Path) -> dict[str, object] | None:
    """What the note says; an empty one where it cannot be read as such."""
    if not path.exists():
        return None
    try:
        found: object = json.loads(path.read_bytes())
    except ValueError:
        return {}
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}


def _lines_by_wand(truth: Path) -> Iterator[tuple[str, bytes]]:
    """The lines of each wand, which stand together."""
    wand, lines = "", bytearray()
    for line in truth.read_bytes().splitlines(keepends=True):
        found = str(json.loads(line)["wand"]).replace(":", "-")
        if found != wand and lines:
            yield wand, bytes(lines)
            lines.clear()
        wand = found
        lines += line
    if lines:
        yield wand, bytes(lines)
