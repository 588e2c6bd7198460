import re
from pathlib import Path

from watchclock_protocol.dialects.wm5000t import WM5000T
from watchclock_protocol.dialects.wm5000t.commands import COMMANDS, CloseSession
from watchclock_protocol.dialects.wm5000t.frames import build_request
from watchclock_protocol.dialects.wm5000t.layouts import parse_command
from watchclock_protocol.dialects.wm5000t.transitions import TRANSITIONS

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "protocols" / "wm5000t.md").read_text(
    "utf-8"
)


def test_the_diagram_shows_exactly_the_table_of_states() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+): (\w+)$", PAGE, re.MULTILINE)
    table = [(begin, end, signal) for (begin, signal), end in TRANSITIONS.items()]
    assert sorted(drawn) == sorted(table)


def test_the_page_names_the_code_of_every_command() -> None:
    named = {int(code, 16) for code in re.findall(r"^\|[^|]+\| `(\w\w)", PAGE, re.MULTILINE)}
    assert named == {shape.code for shape in COMMANDS.values()}


def test_the_page_shows_the_close_command_as_it_is_sent() -> None:
    (shown,) = re.findall(r"^\| close session \| `([^`]+)`", PAGE, re.MULTILINE)
    assert bytes.fromhex(shown) == build_request(CloseSession())
    assert parse_command(bytes.fromhex(shown)) == (0x55, b"")


def test_the_page_tells_the_line_settings() -> None:
    assert f"{WM5000T.line.baud} baud" in PAGE
    assert f"wait {WM5000T.line.settle_s} s after opening" in PAGE
