import re
from pathlib import Path

from watchclock_protocol.dialects.fcard import FCARD
from watchclock_protocol.dialects.fcard.commands import COMMANDS, REPLY_KINDS, Command
from watchclock_protocol.dialects.fcard.records import SYSTEM_CODES
from watchclock_protocol.dialects.fcard.transitions import TRANSITIONS

PAGE = (Path(__file__).resolve().parents[4] / "docs/protocols/fcard.md").read_text("utf-8")
ROW = re.compile(r"^\| ([a-z -]+) \| `(\w\w)/(\w\w)` \|", re.MULTILINE)


def test_the_diagram_shows_exactly_the_table_of_states() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+): (\w+)$", PAGE, re.MULTILINE)
    table = [
        (begin, end, signal)
        for begin, signals in TRANSITIONS.items()
        for signal, end in signals.items()
    ]
    assert sorted(drawn) == sorted(table)


def test_the_page_lists_exactly_the_commands_and_replies_with_their_codes() -> None:
    listed = [
        (name, (int(group, 16), int(command, 16))) for name, group, command in ROW.findall(PAGE)
    ]
    table = [(row.name, row.codes) for row in (*COMMANDS, *REPLY_KINDS)]
    assert sorted(listed) == sorted(table)


def test_the_page_names_the_replies_of_every_command() -> None:
    for row in COMMANDS:
        (line,) = re.findall(rf"^\| {row.name} \| `.*$", PAGE, re.MULTILINE)
        answer = line.rsplit("|", 2)[-2]
        assert all(kind.name in answer for kind in row.replies) or not row.is_confirmed, row.name


def test_the_page_names_the_meanings_of_every_system_code() -> None:
    cells = re.findall(r"\| (\d+) \| ([a-z_ ]+) (?=\|)", PAGE)
    assert {int(code): tuple(meanings.split(" or ")) for code, meanings in cells} == SYSTEM_CODES


def test_the_page_tells_the_speed_and_the_patience_of_the_host() -> None:
    assert f"{FCARD.line.baud} baud" in PAGE
    for row in COMMANDS:
        assert patience(row) in PAGE, row.name


def patience(row: Command) -> str:
    again = ", then the same frame again" if row.timeout_s < 1 else ""
    return f"| {row.timeout_s} s{again}, {row.resends} times (S"
