"""A file is recognised by what stands in it and cut into the lines of its wands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_files as by_hand
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.files import FileFormat, FileStatement
from watchclock_protocol.files.parts import MOST_REFUSALS_TOLD, FileSurvey, recognise, survey
from watchclock_protocol.records import RecordFlag, RecordKind


def format_of(name: str) -> FileFormat:
    found = find_dialect(name).file_format
    assert found is not None
    return found


FORMATS = {name: format_of(name) for name in by_hand.FORMATS}
NOTHING = FileStatement()


def surveyed(name: str, data: bytes, wand: str | None = None) -> FileSurvey:
    return survey(data, FORMATS[name], FileStatement(wand=wand))


@pytest.mark.parametrize("name", by_hand.FORMATS)
def test_every_format_is_recognised_by_its_own_lines_and_by_no_others(name: str) -> None:
    for data in (golden.read_bytes() for golden in (by_hand.GOLDEN / name).glob("*.txt")):
        assert recognise(data, FORMATS, NOTHING) == [name]
    assert recognise(by_hand.text_of("heading", by_hand.ONE_LINE[name]), FORMATS, NOTHING) == [
        name
    ]


@pytest.mark.parametrize("data", [b"", b"\0" * 9999, b"\xff" * 9999, b"hello\nworld\n"])
def test_what_is_no_format_is_recognised_as_none(data: bytes) -> None:
    assert recognise(data, FORMATS, NOTHING) == []


def test_a_file_of_one_wand_stays_whole_with_the_lines_nobody_can_use() -> None:
    data = b"\xef\xbb\xbf" + by_hand.text_of(by_hand.jwm_z(), "nonsense", by_hand.jwm_z(9))
    (part,) = surveyed("jwm_z", data).parts
    assert part.data == data
    assert (part.statement.wand, part.statement.size_bytes) == ("0802-1001", len(data))
    assert part.kinds == {RecordKind.PATROL: 1, RecordKind.SYSTEM: 1}
    assert part.refused == 1


def test_a_file_of_two_wands_is_cut_into_their_lines_in_order() -> None:
    data = by_hand.golden("jwm_z/two_wands_gbk.txt")
    lines = data.splitlines(keepends=True)
    first, second = surveyed("jwm_z", data).parts
    assert first.statement.wand == "0802-1001"
    assert first.data == b"".join(lines[index] for index in (0, 3, 4))
    assert second.data == b"".join(lines[index] for index in (1, 2, 5))
    assert (first.refused, second.refused) == (1, 0)


def test_lines_of_nobody_are_a_part_without_a_wand() -> None:
    nobodys = by_hand.jwm_z(device=None)
    found = surveyed("jwm_z", by_hand.text_of(by_hand.jwm_z(), nobodys, by_hand.jwm_z()))
    assert [part.statement.wand for part in found.parts] == ["0802-1001", None]
    assert found.parts[1].data == by_hand.text_of(nobodys)


def test_the_stated_wand_is_that_of_lines_which_name_none() -> None:
    nobodys = by_hand.jwm_z(device=None)
    found = surveyed("jwm_z", by_hand.text_of(by_hand.jwm_z(), nobodys), wand="7")
    assert [part.statement.wand for part in found.parts] == ["0802-1001", "7"]
    (only,) = surveyed("k510", by_hand.text_of(by_hand.k510(), "?"), wand="7").parts
    assert (only.statement.wand, only.records, only.refused) == ("7", 1, 1)


def test_flags_and_refusals_are_counted_and_the_places_are_those_in_the_file() -> None:
    bad = by_hand.wm_web_usb(time="20801121083409")
    found = surveyed("wm_web_usb", by_hand.text_of(bad, "?", by_hand.wm_web_usb(wand="2"), "!"))
    assert found.parts[0].flags == {RecordFlag.TIME_IMPOSSIBLE: 1}
    assert [error.details["line"] for error in found.refusals] == [2, 4]
    assert (found.refused, found.records) == (2, 2)


def test_of_very_many_refused_lines_the_first_are_told_and_all_are_counted() -> None:
    found = surveyed("k510", b"x\n" * 5000, wand="1")
    assert (len(found.refusals), found.refused) == (MOST_REFUSALS_TOLD, 5000)


@given(
    lines=st.lists(
        st.sampled_from(
            [
                by_hand.jwm_z(),
                by_hand.jwm_z(device="0802-2"),
                by_hand.jwm_z(device=None),
                "?",
                "",
            ]
        ),
        max_size=12,
    ),
    end=st.sampled_from([b"", b"\r\n"]),
)
def test_no_line_is_lost_or_doubled_however_wands_take_turns(lines: list[str], end: bytes) -> None:
    data = "\r\n".join(lines).encode() + end
    found = surveyed("jwm_z", data)
    cut = sorted(line for part in found.parts for line in part.data.split(b"\r\n") if line)
    assert cut == sorted(line.encode() for line in lines if line)


def test_progress_ends_with_everything_read() -> None:
    told: list[tuple[int, int]] = []
    data = by_hand.text_of(*[by_hand.k510()] * 5000)

    def advance(done: int, total: int) -> None:
        told.append((done, total))

    survey(data, FORMATS["k510"], NOTHING, advance)
    assert told[-1] == (len(data), len(data))
    assert len(told) > 1
