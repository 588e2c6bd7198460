"""Routes and plans by form and over HTTP: the same use cases, the same refusals."""

from typing import Any

import pytest

from tests.support.server_app import RunningApp
from tests.support.stored_nights import add_site

ROUTE = {"name": "all", "order": "ordered", "places": ["2", "", "1"]}
PLAN = {
    "name": "night",
    "route_id": "1",
    "shift_start": "22:00",
    "shift_end": "06:00",
    "every_minutes": "60",
    "starts": "",
    "round_minutes": "30",
    "tolerance_minutes": "10",
    "weekdays": ["1", "2", "3", "4", "5", "6", "7"],
    "valid_from": "2026-03-01",
    "valid_to": "",
}


@pytest.fixture
def site(running_on_sqlite: RunningApp) -> RunningApp:
    """A site with three checkpoints."""
    with running_on_sqlite.database.session() as session:
        add_site(session, checkpoints=3)
    return running_on_sqlite


@pytest.fixture
def planned(site: RunningApp) -> RunningApp:
    """The same with a route and a plan made by form."""
    assert site.browser.post("/sites/1/routes", data=ROUTE).status_code == 303
    assert site.browser.post("/sites/1/plans", data=PLAN).status_code == 303
    return site


def plans(app: RunningApp) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = app.script.get("/api/sites/1/plans").json()
    return answer


def test_the_places_of_the_form_give_the_order_of_the_route(planned: RunningApp) -> None:
    [route] = planned.script.get("/api/sites/1/routes").json()
    assert route == {"id": 1, "name": "all", "order": "ordered", "checkpoint_ids": [3, 1]}


def test_a_plan_made_by_form_is_the_plan_told_over_http(planned: RunningApp) -> None:
    [plan] = plans(planned)
    assert plan["terms"] == {
        "route_id": 1,
        "shift_start": "22:00:00",
        "shift_end": "06:00:00",
        "rounds": {"kind": "recurring", "every_minutes": 60},
        "round_minutes": 30,
        "tolerance_minutes": 10,
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "valid_from": "2026-03-01",
        "valid_to": None,
    }
    assert plan["author"] == "anna"


def test_an_edit_by_form_makes_the_next_version(planned: RunningApp) -> None:
    form = {**PLAN, "every_minutes": "", "starts": "22:30， 01：15", "weekdays": "6"}
    assert planned.browser.post("/sites/1/plans/1/versions", data=form).status_code == 303
    _, second = plans(planned)
    assert second["version"] == 2
    assert second["terms"]["rounds"] == {"kind": "fixed", "starts": ["22:30:00", "01:15:00"]}
    assert second["terms"]["weekdays"] == [6]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_page_shows_plans_routes_and_both_forms(planned: RunningApp, language: str) -> None:
    page = planned.browser.get(f"/sites/1/plans?lang={language}").text
    assert "Gate 3 → Gate 1" in page
    assert "22:00–06:00" in page
    assert 'action="/sites/1/plans"' in page
    edit = planned.browser.get(f"/sites/1/plans?edit=1&lang={language}").text
    assert 'action="/sites/1/plans/1/versions"' in edit


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"starts": "half past ten", "every_minutes": ""}, "plans.rounds_invalid"),
        ({"starts": "07:00", "every_minutes": ""}, "plans.rule"),
        ({"weekdays": []}, "plans.rule"),
        ({"route_id": "9"}, "plans.route_not_found"),
        ({"name": " "}, "sites.name_invalid"),
        ({"shift_start": "soon"}, "server.request_invalid"),
    ],
)
def test_a_form_that_makes_no_plan_says_why(
    planned: RunningApp, changed: dict[str, Any], code: str
) -> None:
    answer = planned.browser.post("/sites/1/plans", data={**PLAN, "name": "other", **changed})
    assert answer.status_code in {404, 422}
    assert code in answer.text
    assert len(plans(planned)) == 1


def test_broken_rules_are_told_in_chinese_words(planned: RunningApp) -> None:
    form = {**PLAN, "name": "other", "starts": "07:00", "every_minutes": "", "weekdays": []}
    answer = planned.browser.post("/sites/1/plans?lang=zh_CN", data=form)
    assert "计划不能这样保存：有轮次在班次之外开始、没有选择有效的星期。" in answer.text


def test_a_place_that_is_no_number_is_refused(site: RunningApp) -> None:
    answer = site.browser.post("/sites/1/routes", data={**ROUTE, "places": ["first", "", ""]})
    assert (answer.status_code, "plans.place_invalid" in answer.text) == (422, True)


@pytest.mark.parametrize("who", ["stranger", "dock"])
def test_nobody_but_people_and_managing_scripts_may_plan(planned: RunningApp, who: str) -> None:
    client = getattr(planned, who)
    terms = plans(planned)[0]["terms"]
    body = {"site_id": 1, "name": "other", "terms": terms}
    assert client.post("/api/plans", json=body).status_code in {401, 403}
    assert client.get("/api/sites/1/plans").status_code in {401, 403}
    assert len(plans(planned)) == 1


def test_a_form_without_the_csrf_token_changes_nothing(planned: RunningApp) -> None:
    headers = {"X-CSRF-Token": "wrong"}
    answer = planned.browser.post("/sites/1/plans", data={**PLAN, "name": "x"}, headers=headers)
    assert answer.status_code == 403
    assert len(plans(planned)) == 1


def test_a_script_can_make_routes_and_plans(site: RunningApp) -> None:
    route = {"site_id": 1, "name": "free", "order": "free", "checkpoint_ids": [2, 3]}
    assert site.script.post("/api/routes", json=route).status_code == 201
    terms = {
        "route_id": 1,
        "shift_start": "22:00",
        "shift_end": "06:00",
        "rounds": {"kind": "fixed", "starts": ["23:00"]},
        "round_minutes": 30,
        "tolerance_minutes": 5,
        "weekdays": [1],
        "valid_from": "2026-03-01",
    }
    answer = site.script.post("/api/plans", json={"site_id": 1, "name": "Mondays", "terms": terms})
    assert answer.status_code == 201
    assert answer.json()["author"] == "script"
    assert answer.json()["terms"]["rounds"]["starts"] == ["23:00:00"]
