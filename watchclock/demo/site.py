"""The scenario's site, tags, guards and plans, told to the server as a supervisor would."""

from datetime import timedelta
from typing import Final

from watchclock.demo.server import DemoServer
from watchclock_sim.scenario import Checkpoint, Route, Scenario, Site

__all__ = ["describe_site"]

EVERY_DAY: Final = [1, 2, 3, 4, 5, 6, 7]

Named = Site | Checkpoint | Route


def describe_site(server: DemoServer, scenario: Scenario, *, is_chinese: bool) -> int:
    """The new site's number on the server, with everything the scenario says about it."""

    def name_of(named: Named) -> str:
        return named.name_zh if is_chinese else named.name

    site = scenario.site
    created = server.post("/api/sites", {"name": name_of(site), "time_zone": site.time_zone})
    site_id = int(created["id"])
    numbers = {
        checkpoint.key: _add_checkpoint(server, scenario, site_id, checkpoint, name_of(checkpoint))
        for checkpoint in scenario.checkpoints
    }
    for guard in scenario.guards:
        name = guard.name_zh if is_chinese else guard.name
        tag = str(guard.tags[0]) if guard.tags else None
        wanted = {"name": name, "tag": tag, "number": guard.number}
        server.post(f"/api/sites/{site_id}/guards", wanted)
    for route in scenario.routes:
        _add_plan(server, scenario, site_id, route, name_of(route), numbers)
    return site_id


def _add_checkpoint(
    server: DemoServer, scenario: Scenario, site_id: int, checkpoint: Checkpoint, name: str
) -> int:
    created = server.post(f"/api/sites/{site_id}/checkpoints", {"name": name})
    mounted = (scenario.begins - timedelta(days=1)).isoformat()
    for tag in checkpoint.tags:
        wanted = {"tag": str(tag), "valid_from": mounted}
        server.post(f"/api/checkpoints/{created['id']}/tags", wanted)
    return int(created["id"])


def _add_plan(
    server: DemoServer,
    scenario: Scenario,
    site_id: int,
    route: Route,
    name: str,
    checkpoints: dict[str, int],
) -> None:
    created = server.post(
        "/api/routes",
        {
            "site_id": site_id,
            "name": name,
            "order": "ordered" if route.is_ordered else "free",
            "checkpoint_ids": [checkpoints[leg.checkpoint] for leg in route.legs],
        },
    )
    terms = {
        "route_id": created["id"],
        "shift_start": scenario.shift.begins.isoformat(),
        "shift_end": scenario.shift.ends.isoformat(),
        "rounds": {"kind": "recurring", "every_minutes": route.every_minutes},
        "round_minutes": route.round_minutes,
        "tolerance_minutes": route.tolerance_minutes,
        "weekdays": EVERY_DAY,
        "valid_from": scenario.date.isoformat(),
    }
    server.post("/api/plans", {"site_id": site_id, "name": name, "terms": terms})
