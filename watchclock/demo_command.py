"""``watchclock demo``: the main job for real, on simulated wands, in a temporary folder.

A server on SQLite, an fcard and a wm5000t wand on ptys, a seeded night, two downloads, two
uploads, the reconciled night, and a fault case for the wand whose clock stopped. Every part is a
process of its own and talks to the others as in real use.
"""

import signal
import tempfile
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from watchclock.demo.programs import finish, running
from watchclock.demo.report import print_cases, print_night
from watchclock.demo.server import PERSON, DemoServer, serving
from watchclock.demo.site import describe_site
from watchclock.language import is_chinese
from watchclock.language import translate as _
from watchclock_protocol.dialect import Capability
from watchclock_protocol.dialects import find_dialect
from watchclock_sim.scenario import Scenario, WandPlan
from watchclock_sim.scenario_file import DEMO_NIGHT, load

__all__ = ["demo"]

_CONSOLE: Final = Console(highlight=False)


def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=_("Port of the page; 0 takes any free one."))
    ] = 0,
    *,
    once: Annotated[
        bool, typer.Option("--once", help=_("End by itself instead of waiting for Ctrl-C."))
    ] = False,
) -> None:
    """Walk a simulated night, download both wands, reconcile and diagnose."""
    # A terminated demo ends its programs too, as one ended by Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    scenario = _last_night(load(DEMO_NIGHT))
    with tempfile.TemporaryDirectory(prefix="watchclock-demo-") as name:
        folder = Path(name)
        _say(_("Starting the server in {folder} …"), folder=folder)
        with serving(folder, port) as server:
            site_id = describe_site(server, scenario, is_chinese=is_chinese())
            for wand in scenario.wands:
                _dock(server, scenario, wand, site_id, folder)
            _print_night(server, scenario, site_id)
            print_cases(_CONSOLE, server)
            page = f"{server.address}/sites/{site_id}/nights/{scenario.date}"
            _say(_("The page: {page}"), page=page)
            _say(
                _("Sign in as {person} with the password {password}"),
                person=PERSON,
                password=server.password,
            )
            if not once:
                _wait()


def _last_night(scenario: Scenario) -> Scenario:
    """The scenario on the newest night that is over, so that its wands can be docked today."""
    today = datetime.now(UTC).astimezone(scenario.zone).date()
    for days in (1, 2):
        moved = scenario.changed(day=today - timedelta(days=days))
        if moved.ends < datetime.now(UTC):
            return moved
    return scenario


def _dock(
    server: DemoServer, scenario: Scenario, wand: WandPlan, site_id: int, folder: Path
) -> None:
    """Walk the night with one wand, put it on a dock, download it and hand it to its site."""
    _say(
        _("Wand {number} ({dialect}) walks the night and is docked …"),
        number=wand.number,
        dialect=wand.dialect,
    )
    link = folder / wand.key
    words = ["sim", wand.dialect, str(link), "--pty", "--scenario", str(DEMO_NIGHT)]
    words += ["--wand", wand.key, "--date", scenario.date.isoformat()]
    with running(words, "serial:", folder / f"{wand.key}.log"):
        words = ["download", str(link), "--spool", str(folder / "spool")]
        words += ["--server", server.address, "--token", server.token]
        words += ["--time-zone", scenario.site.time_zone]
        _CONSOLE.print(finish(words), end="", markup=False, soft_wrap=True)
    for known in server.get("/api/wands"):
        if known["key"] == f"{wand.dialect}:{wand.number}":
            server.patch(f"/api/wands/{known['id']}", {"site_id": site_id})
            if Capability.READS_CLOCK not in find_dialect(wand.dialect).capabilities:
                _state_comparison(server, scenario, known["id"])


def _state_comparison(server: DemoServer, scenario: Scenario, wand_id: int) -> None:
    """A WM-5000T cannot tell its time, so the person who handed it out says what it showed."""
    looked_at = scenario.begins - timedelta(minutes=5)
    civil = looked_at.astimezone(scenario.zone).replace(tzinfo=None)
    _say(_("The supervisor noted at hand-out that its clock was right to the minute."))
    seen = {"civil": civil.isoformat(), "utc": looked_at.isoformat(), "uncertainty_s": 60}
    server.post(f"/api/wands/{wand_id}/clock-comparisons", seen)


def _print_night(server: DemoServer, scenario: Scenario, site_id: int) -> None:
    night = server.get(f"/api/sites/{site_id}/nights/{scenario.date}")
    print_night(_CONSOLE, night, server.get(f"/api/sites/{site_id}/plans"), scenario.zone)


def _wait() -> None:
    """Keep everything running until the person at the keyboard has seen enough."""
    _say(_("Ctrl-C ends the demo."))
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


def _say(sentence: str, **details: object) -> None:
    _CONSOLE.print(sentence.format(**details), soft_wrap=True)
    _CONSOLE.file.flush()
