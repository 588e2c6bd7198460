"""The page from which another engineer can build a wand says what the code does."""

import re
from pathlib import Path

from watchclock_protocol.dialects.vs import VS
from watchclock_protocol.dialects.vs.commands import COMMANDS, REPLY_KINDS, Command
from watchclock_protocol.dialects.vs.evidence import (
    DECLARATIONS,
    FITTED_CODES,
    HOST_CODES,
    EvidenceCode,
    Outcome,
    Part,
)
from watchclock_protocol.dialects.vs.frames import MOST_BUFFERED_OCTETS, FrameKind
from watchclock_protocol.dialects.vs.lists import LIST_SHAPES
from watchclock_protocol.dialects.vs.records import EVENTS, TAG_SHAPES, LogKind
from watchclock_protocol.dialects.vs.replies import Reason
from watchclock_protocol.dialects.vs.requests import MOST_PAGES_A_REQUEST
from watchclock_protocol.dialects.vs.transitions import TRANSITIONS

PAGE = (Path(__file__).resolve().parents[4] / "docs/protocols/vs.md").read_text("utf-8")


def rows(pattern: str) -> list[tuple[str, ...]]:
    found = re.findall(rf"^{pattern}", PAGE, re.MULTILINE)
    return [row if isinstance(row, tuple) else (row,) for row in found]


def test_the_first_line_says_whose_protocol_it_is() -> None:
    assert "this project's own reference protocol" in PAGE.splitlines()[0]
    assert "own reference protocol" in VS.title


def test_the_diagram_shows_exactly_the_table_of_states() -> None:
    drawn = rows(r"    (\w+) --> (\w+): (\w+)$")
    table = [
        (begin, end, signal)
        for begin, signals in TRANSITIONS.items()
        for signal, end in signals.items()
    ]
    assert sorted(drawn) == sorted(table)


def test_the_page_lists_exactly_the_commands_with_their_codes_and_answers() -> None:
    section = PAGE.partition("## Commands")[2].partition("| answer | code")[0]
    listed = re.findall(r"^\| ([a-z -]+) \| `(\w\w)` \|.*\| ([^|]+) \|$", section, re.MULTILINE)
    assert [(name, int(code, 16)) for name, code, _ in listed] == [
        (row.name, row.code) for row in COMMANDS
    ]
    for row, (_, _, said) in zip(COMMANDS, listed, strict=True):
        for kind in row.replies:
            assert kind.name.removesuffix(" before") in said, row.name


def test_the_page_lists_exactly_the_answers() -> None:
    section = PAGE.partition("| answer | code")[2].partition("A refusal")[0]
    listed = re.findall(r"^\| ([a-z -]+) \| `", section, re.MULTILINE)
    assert sorted(listed) == sorted(
        kind.name for kind in REPLY_KINDS if kind.frame_kind is not FrameKind.REFUSAL
    )


def test_the_page_lists_exactly_the_refusals() -> None:
    section = PAGE.partition("| reason | name")[2].partition("## Identity")[0]
    listed = re.findall(r"^\| (\d+) \| (\w+) \|", section, re.MULTILINE)
    assert [(int(number), name) for number, name in listed] == [
        (reason.value, reason.name.lower()) for reason in Reason
    ]


def test_the_page_lists_exactly_the_kinds_of_records_and_tags() -> None:
    named = ", ".join(f"{kind.value} {kind.name.lower().replace('_', ' ')}" for kind in LogKind)
    assert f"| 4 | kind | {named} |" in PAGE
    tags = rows(r"\| (\d) \| `(\w+)` \| (.*) \|$")
    assert [(int(number), technology) for number, technology, _ in tags] == [
        (number, shape.technology) for number, shape in TAG_SHAPES.items()
    ]


def test_the_page_lists_exactly_the_events() -> None:
    listed = rows(r"\| (\d) \| (\d+) \| (\w+) \| [^|]+ \| [^|]+ \|$")
    assert {(int(kind), int(code)): event for kind, code, event in listed} == EVENTS


def test_the_page_lists_exactly_the_evidence_codes_and_which_model_can_produce_them() -> None:
    listed = rows(r"\| (\d+) \| ([A-Z0-9]+) \|[^|]*\|[^|]*\| (\w+) \| (\w+) \|$")
    assert [(int(number), code) for number, code, *_ in listed] == [
        (code.value, code.name) for code in EvidenceCode
    ]
    for model, column in (("VS5000B", 2), ("VF5000+", 3)):
        declared = {EvidenceCode[row[1]] for row in listed if row[column] == "yes"}
        assert declared == DECLARATIONS[model]
        assert {EvidenceCode[row[1]] for row in listed if row[column] == "host"} == HOST_CODES
        assert {EvidenceCode[row[1]] for row in listed if row[column] == "fitted"} == FITTED_CODES


def test_the_page_lists_exactly_the_parts_and_outcomes_of_the_self_test() -> None:
    section = PAGE.partition("## Self-test")[2].partition("## Lists")[0]
    parts, outcomes = section.split("| outcome |")
    for text, numbers in ((parts, Part), (outcomes, Outcome)):
        listed = re.findall(r"^\| (\d) \| (\w+) \|", text, re.MULTILINE)
        assert [(int(number), name) for number, name in listed] == [
            (each.value, each.name.lower()) for each in numbers
        ]


def test_the_page_tells_the_size_and_the_room_of_every_list() -> None:
    section = PAGE.partition("## Lists")[2]
    listed = re.findall(r"^\| (\d) \| (\w+) \| .* \| (\d+) \|$", section, re.MULTILINE)
    assert [(int(number), name, int(octets)) for number, name, octets in listed] == [
        (number.value, number.name.lower(), shape.octets) for number, shape in LIST_SHAPES.items()
    ]
    guards, checkpoints, alarms = (shape.most for shape in LIST_SHAPES.values())
    assert f"{guards} guards, {checkpoints} checkpoints and {alarms} alarm times" in PAGE


def test_the_page_tells_the_patience_of_the_host_and_the_bounds_of_frames() -> None:
    for row in COMMANDS:
        assert f"| {row.timeout_s} s, {patience(row)}" in PAGE, row.name
    assert f"{MOST_BUFFERED_OCTETS} octets" in PAGE
    assert f"at most {MOST_PAGES_A_REQUEST} in a request" in PAGE
    assert f"{VS.line.baud} is opened" in PAGE


def patience(row: Command) -> str:
    if not row.resends:
        return "not sent again:"
    again = "what is still missing is asked for" if row.is_stream else "the same frame again"
    return f"then {again}, {row.resends} time" + ("s |" if row.resends > 1 else " |")
