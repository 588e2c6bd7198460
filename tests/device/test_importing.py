"""A maker's file becomes closed captures, the same ones however often it is imported."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import by_hand_files as by_hand
from tests.support.spools import VIRTUAL_CLOCKS, everything_in
from watchclock_device.file_formats import state
from watchclock_device.import_errors import (
    FileImportError,
    FileUnusableError,
    FormatUnclearError,
    FormatUnknownError,
    NoRecordsError,
    StatementError,
    WandUnstatedError,
)
from watchclock_device.importing import ImportedFile, import_file
from watchclock_device.spool import Spool
from watchclock_protocol.capture import Chunk, Lane, Step, read_capture
from watchclock_protocol.files import Charset, FileStatement
from watchclock_protocol.records import RecordKind
from watchclock_protocol.replay import replay
from watchclock_protocol.values import TagTechnology

WRITTEN_NS = 1_795_200_000_000_000_000


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", VIRTUAL_CLOCKS)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes a file of that content, at an instant of its own."""

    def write(data: bytes, name: str = "export.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        os.utime(path, ns=(WRITTEN_NS, WRITTEN_NS))
        return path

    return write


def golden(name: str, written: Callable[[bytes], Path]) -> Path:
    return written(by_hand.golden(name))


def chunks(path: Path, lane: Lane) -> bytes:
    blocks = read_capture(path.read_bytes()).blocks
    return b"".join(b.data for b in blocks if isinstance(b, Chunk) and b.lane is lane)


def test_the_capture_of_a_file_is_closed_and_holds_its_very_bytes(
    spool: Spool, written: Callable[[bytes], Path]
) -> None:
    path = golden("wm_web_usb/three_fields.txt", written)
    (part,) = import_file(path, state(), spool).parts
    capture = read_capture(part.capture.read_bytes())
    assert chunks(part.capture, Lane.FROM_WAND) == path.read_bytes()
    assert capture.is_closed
    assert capture.about.dialect == "wm_web_usb"
    assert capture.about.address == "file:export.txt"
    assert spool.waiting() == [part.capture]
    assert part.wand == "wm_web_usb:0010001"
    decoded = replay(capture)
    assert len(decoded.records) == 4
    assert not decoded.is_complete
    assert decoded.acknowledged_utc_ns is None
    assert decoded.clock_checks == ()


def test_every_instant_of_a_capture_is_when_its_file_was_written(
    spool: Spool, written: Callable[[bytes], Path]
) -> None:
    path = golden("wm_web_usb/three_fields.txt", written)
    (part,) = import_file(path, state(), spool).parts
    capture = read_capture(part.capture.read_bytes())
    assert {block.utc_ns for block in capture.blocks} == {WRITTEN_NS}
    assert [
        b.name for b in capture.blocks if isinstance(b, Step) and b.state == "not_offered"
    ] == [
        "clock_check",
        "counters",
        "acknowledge",
        "set_clock",
    ]


def test_the_same_file_again_gives_the_same_captures_and_changes_nothing(
    spool: Spool, written: Callable[[bytes], Path]
) -> None:
    path = golden("jwm_z/two_wands_gbk.txt", written)
    first = import_file(path, state(), spool)
    stored = everything_in(spool.folder)
    again = import_file(path, state(), spool)
    assert [part.capture for part in again.parts] == [part.capture for part in first.parts]
    assert [part.is_known for part in first.parts] == [False, False]
    assert [part.is_known for part in again.parts] == [True, True]
    assert everything_in(spool.folder) == stored


def test_a_capture_that_was_sent_is_not_sent_again(
    spool: Spool, written: Callable[[bytes], Path]
) -> None:
    path = golden("wm_web_usb/three_fields.txt", written)
    (part,) = import_file(path, state(), spool).parts
    sent = spool.mark_sent(part.capture, b"{}")
    (again,) = import_file(path, state(), spool).parts
    assert (again.capture, again.is_known) == (sent, True)
    assert spool.waiting() == []


def test_two_wands_in_one_file_are_two_captures_and_the_report_has_the_places_of_the_file(
    spool: Spool, written: Callable[[bytes], Path]
) -> None:
    imported = import_file(golden("jwm_z/two_wands_gbk.txt", written), state(), spool)
    assert [part.wand for part in imported.parts] == ["jwm_z:0802-1001", "jwm_z:0802-1002"]
    assert [part.kinds for part in imported.parts] == [
        {RecordKind.PATROL: 1, RecordKind.SYSTEM: 1},
        {RecordKind.PATROL: 2, RecordKind.SYSTEM: 1},
    ]
    assert imported.charset is Charset.GBK
    (doubt,) = imported.doubts()
    assert doubt.code == "import.lines_refused"
    assert "line 5 at byte 331" in str(doubt)
    for part in imported.parts:
        decoded = replay(read_capture(part.capture.read_bytes()))
        assert decoded.identity is not None
        assert decoded.identity.key == part.wand


def test_what_was_stated_stands_in_the_capture(
    spool: Spool, written: Callable[[bytes], Path]
) -> None:
    stated = state(wand="7", century=1900, technology=TagTechnology.EM4100, charset=Charset.GBK)
    path = written(by_hand.text_of(by_hand.fycomm(time="991231235959")))
    (part,) = import_file(path, stated, spool).parts
    found = FileStatement.parse(chunks(part.capture, Lane.TO_WAND))
    assert (found.wand, found.century, found.charset) == ("7", 1900, Charset.GBK)
    assert found.technology is TagTechnology.EM4100
    assert found.size_bytes == path.stat().st_size
    assert len(found.file_sha256) == 64


def test_lines_of_nobody_among_those_of_a_wand_are_kept_aside_and_told(
    spool: Spool, written: Callable[[bytes], Path]
) -> None:
    nobodys = by_hand.jwm_z(device=None)
    path = written(by_hand.text_of(by_hand.jwm_z(), nobodys))
    imported = import_file(path, state(), spool)
    (of_wand, of_nobody) = imported.parts
    assert spool.waiting() == [of_wand.capture]
    assert of_nobody.capture.parent.name == "aside"
    assert chunks(of_nobody.capture, Lane.FROM_WAND) == by_hand.text_of(nobodys)
    assert [error.code for error in imported.doubts()] == ["import.wand_unstated"]


REFUSALS: dict[str, tuple[bytes, str, type[FileImportError], str]] = {
    "empty": (b"", "auto", FileUnusableError, "nothing is written in it"),
    "blank": (b"\r\n \r\n", "auto", FileUnusableError, "nothing is written in it"),
    "UTF-16": ("2,1".encode("utf-16"), "auto", FileUnusableError, "UTF-16 from byte 0"),
    "zeros": (bytes(2**20), "auto", FormatUnknownError, "at byte 0"),
    "FF": (b"\xff" * 2**20, "auto", FormatUnknownError, "at byte 0"),
    "a letter": (b"\n\nDear Sirs,\n", "auto", FormatUnknownError, "at byte 2 stands 'Dear Sirs,'"),
    "two formats": (
        by_hand.text_of(by_hand.fycomm(), by_hand.k510()),
        "auto",
        FormatUnclearError,
        "fycomm, k510",
    ),
    "other format": (
        by_hand.text_of(by_hand.k510()),
        "jwm_z",
        NoRecordsError,
        "line 1 at byte 0: its fields between tabs are 1",
    ),
    "FF as K510": (b"\xff" * 2**20, "k510", NoRecordsError, "longer than 1024 bytes"),
    "no wand": (by_hand.text_of(by_hand.k510()), "auto", WandUnstatedError, "1"),
    "no such format": (by_hand.text_of(by_hand.k510()), "csv", StatementError, "csv"),
    "a format of wands": (by_hand.text_of(by_hand.k510()), "fcard", StatementError, "fcard"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_file_nobody_can_use_is_named_and_leaves_the_spool_empty(
    spool: Spool, written: Callable[[bytes], Path], case: str
) -> None:
    data, name, error, reason = REFUSALS[case]
    path = written(data)
    with pytest.raises(error) as refused:
        import_file(path, state(), spool, name)
    assert reason in str(refused.value)
    assert isinstance(refused.value, StatementError) or str(path) in str(refused.value)
    assert everything_in(spool.folder) == {}


@pytest.mark.parametrize("wand", ["", " ", "a b", "号", "x" * 41, "-1"])
def test_a_wand_that_cannot_be_is_not_stated(wand: str) -> None:
    with pytest.raises(StatementError):
        state(wand=wand)


def test_a_century_that_cannot_be_is_not_stated() -> None:
    with pytest.raises(StatementError) as refused:
        state(century=2100)
    assert "1900, 2000" in refused.value.advice


def test_progress_tells_bytes_up_to_the_whole_file(
    spool: Spool, written: Callable[[bytes], Path]
) -> None:
    path = written(by_hand.text_of(*[by_hand.wm_web_usb()] * 4000))
    told: list[tuple[int, int]] = []

    def advance(done: int, total: int) -> None:
        told.append((done, total))

    imported = import_file(path, state(), spool, advance=advance)
    size = path.stat().st_size
    assert told[-1] == (size, size)
    assert imported.size_bytes == size


def test_a_file_name_in_no_known_coding_still_gives_a_capture(
    spool: Spool, tmp_path: Path
) -> None:
    path = tmp_path / os.fsdecode(b"\xd1\xd1.txt")
    path.write_bytes(by_hand.text_of(by_hand.wm_web_usb()))
    imported: ImportedFile = import_file(path, state(), spool)
    about = read_capture(imported.parts[0].capture.read_bytes()).about
    assert about.address == "file:\\xd1\\xd1.txt"
