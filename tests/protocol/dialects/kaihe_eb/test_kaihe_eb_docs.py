import re
from pathlib import Path

from watchclock_protocol.dialects.kaihe_eb import KAIHE_EB
from watchclock_protocol.dialects.kaihe_eb.commands import CLEARINGS, COMMANDS
from watchclock_protocol.dialects.kaihe_eb.host import (
    CLEARING_WAKE_ATTEMPTS,
    QUIET_S,
    REWAKE_S,
    WAKE_ATTEMPTS,
    WAKE_TIMEOUT_S,
)
from watchclock_protocol.dialects.kaihe_eb.transitions import SESSION_S, TRANSITIONS
from watchclock_protocol.records import RecordKind

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "protocols" / "kaihe_eb.md").read_text(
    "utf-8"
)
ROW = re.compile(r"^\| ([\w ]+?)(?: \([AB]\))? \| `(\w\w)` \| [^|]* ?\| `(\w\w)` \|", re.MULTILINE)


def test_the_diagram_shows_exactly_the_table_of_states() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+): (\w+)$", PAGE, re.MULTILINE)
    table = [(begin, end, signal) for (begin, signal), end in TRANSITIONS.items()]
    assert sorted(drawn) == sorted(table)


def test_the_page_has_every_command_with_its_name_and_both_codes() -> None:
    named = [
        (name.lower(), int(code, 16), int(reply, 16)) for name, code, reply in ROW.findall(PAGE)
    ]
    assert sorted(named) == sorted((row.name, row.code, row.reply_code) for row in COMMANDS)


def test_the_page_shows_both_clearings_as_they_are_sent() -> None:
    shown = dict(re.findall(r"^\| clear (\w+) records \| `\w\w` \| `([^`]+)`", PAGE, re.MULTILINE))
    assert {kind: bytes.fromhex(operand) for kind, operand in shown.items()} == {
        "patrol": CLEARINGS[RecordKind.PATROL].operand,
        "knock": CLEARINGS[RecordKind.KNOCK].operand,
    }


def test_the_page_tells_the_line_and_the_times() -> None:
    first, second = KAIHE_EB.line.other_bauds
    assert f"We try {KAIHE_EB.line.baud} baud, then {first} and {second}." in PAGE
    assert f"| waking | {WAKE_TIMEOUT_S} s, {WAKE_ATTEMPTS} times (L) |" in PAGE
    assert f"After {SESSION_S:.0f} s without traffic" in PAGE
    assert f"after {REWAKE_S} s without traffic" in PAGE
    assert f"quiet for {QUIET_S} s" in PAGE
    assert f"(up to {CLEARING_WAKE_ATTEMPTS} times" in PAGE


def test_the_page_names_the_profiles_an_address_can_ask_for() -> None:
    assert set(re.findall(r"\?profile=(\w+)", PAGE)) == set(KAIHE_EB.profiles)
