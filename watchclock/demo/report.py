"""The demo's result in the terminal: the night's table, what was missed, and the open cases."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from watchclock.demo.server import DemoServer
from watchclock.language import is_chinese
from watchclock.language import translate as _
from watchclock_server.faults.pages import CLASS_WORDS
from watchclock_server.language import Language, translations

__all__ = ["print_cases", "print_night"]

RESULTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "on_time": ("✓", "green", _("on time")),
    "early": ("«", "yellow", _("early")),
    "late": ("»", "yellow", _("late")),
    "missed": ("✗", "red", _("missed")),
    "not_downloaded": ("…", "dim", _("not downloaded yet")),
    "undetermined": ("?", "magenta", _("undetermined")),
}
"""Symbol, colour and word of each result of a planned visit."""


def print_night(
    console: Console,
    night: Mapping[str, Any],
    plans: Iterable[Mapping[str, Any]],
    zone: ZoneInfo,
) -> None:
    """Print planned against actual, a table for each plan, with counts below.

    Args:
        console: where to print.
        night: the answer of ``/api/sites/{id}/nights/{date}``.
        plans: the answer of ``/api/sites/{id}/plans``.
        zone: the site's, in which instants are shown.
    """
    names = {plan["plan_id"]: plan["name"] for plan in plans}
    for plan_id in sorted({visit["plan_id"] for visit in night["visits"]}):
        visits = [visit for visit in night["visits"] if visit["plan_id"] == plan_id]
        console.print(_plan_table(names[plan_id], night, visits, zone))
    counted = Counter(visit["result"] for visit in night["visits"])
    legend = [
        f"{symbol} {word} {counted[result]}" for result, (symbol, _colour, word) in RESULTS.items()
    ]
    extras = _("records outside the plan: {count}").format(count=len(night["extras"]))
    console.print("   ".join([*legend, extras]), soft_wrap=True)
    console.print()


def print_cases(console: Console, server: DemoServer) -> None:
    """Print every open case with the evidence it stands on."""
    catalog = translations(Language.CHINESE if is_chinese() else Language.ENGLISH)
    wands = {wand["id"]: wand["key"] for wand in server.get("/api/wands")}
    for case in server.get("/api/cases"):
        detail = server.get(f"/api/cases/{case['id']}")
        signs = sorted({each["sign"] for each in detail["evidence"]})
        opened = _("Case {number} for wand {wand}: {fault_class} ({words}), opened by the server.")
        told = opened.format(
            number=case["id"],
            wand=wands[case["wand_id"]],
            fault_class=case["fault_class"],
            words=catalog.gettext(CLASS_WORDS[case["fault_class"]]),
        )
        console.print(told, soft_wrap=True)
        console.print(_("   Evidence: {signs}").format(signs=", ".join(signs)), soft_wrap=True)


def _plan_table(
    name: str, night: Mapping[str, Any], visits: Iterable[Mapping[str, Any]], zone: ZoneInfo
) -> Table:
    table = Table(title=f"{name}, {night['duty_date']}", title_justify="left")
    table.add_column(_("Checkpoint"))
    cells: dict[int, dict[int, Text]] = {}
    starts: dict[int, str] = {}
    for visit in visits:
        starts[visit["round"]] = _clock_time(visit["on_time_from"], zone)
        cells.setdefault(visit["checkpoint_id"], {})[visit["round"]] = _cell(visit, zone)
    for number in sorted(starts):
        table.add_column(starts[number])
    for checkpoint_id, row in cells.items():
        name = night["checkpoints"][str(checkpoint_id)]
        table.add_row(name, *(row.get(number, Text()) for number in sorted(starts)))
    return table


def _cell(visit: Mapping[str, Any], zone: ZoneInfo) -> Text:
    symbol, colour, _word = RESULTS[visit["result"]]
    actual = visit["actual"]
    moment = "" if actual is None else _clock_time(actual["instant"], zone)
    return Text(f"{symbol} {moment}".rstrip(), style=colour)


def _clock_time(instant: str | None, zone: ZoneInfo) -> str:
    return "" if instant is None else f"{datetime.fromisoformat(instant).astimezone(zone):%H:%M}"
