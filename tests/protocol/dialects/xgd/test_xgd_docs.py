import re
from pathlib import Path

from watchclock_protocol.dialects.xgd import XGD
from watchclock_protocol.dialects.xgd.commands import COMMANDS
from watchclock_protocol.dialects.xgd.host import ATTEMPTS
from watchclock_protocol.dialects.xgd.procedures import ANSWER_TIMEOUT_S, SEARCHED_UNITS
from watchclock_protocol.dialects.xgd.transitions import TRANSITIONS

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "protocols" / "xgd.md").read_text("utf-8")


def test_the_diagram_shows_exactly_the_table_of_states() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+): (\w+)$", PAGE, re.MULTILINE)
    table = [(begin, end, signal) for (begin, signal), end in TRANSITIONS.items()]
    assert sorted(drawn) == sorted(table)


def test_the_page_names_the_code_of_every_command() -> None:
    named = {int(code, 16) for code in re.findall(r"^\| `(\w\w)` \|", PAGE, re.MULTILINE)}
    assert named == {shape.function for shape in COMMANDS.values()}


def test_the_page_tells_the_line_settings_and_how_a_controller_is_found() -> None:
    assert f"{XGD.line.baud} baud" in PAGE
    assert f"addresses {SEARCHED_UNITS[0]} to {SEARCHED_UNITS[-1]}" in PAGE
    assert f"{ANSWER_TIMEOUT_S:.0f} s, {ATTEMPTS} times" in PAGE
