"""The site page and its JSON twin show and keep the same things."""

from tests.support.server_app import RunningApp


def make_site(running: RunningApp) -> None:
    site = {"name": "Mill <1>", "time_zone": "Asia/Shanghai"}
    assert running.browser.post("/sites", data=site).headers["location"] == "/sites/1"
    gate = {"name": "Gate", "tag": "rfid:7e017f"}
    running.browser.post("/sites/1/checkpoints", data=gate)
    running.browser.post("/sites/1/tags", data={"checkpoint_id": "1", "tag": "rfid:01"})
    running.browser.post("/sites/1/guards", data={"name": "Wu", "number": "7"})


def test_what_forms_kept_is_on_the_page_and_in_its_twin(running: RunningApp) -> None:
    make_site(running)
    page = running.browser.get("/sites/1").text
    for shown in ("Mill &lt;1&gt;", "Gate", "rfid:7E017F", "rfid:01", "Wu", "15:00:00"):
        assert shown in page
    twin = running.script.get("/api/sites/1").json()
    assert twin["name"] == "Mill <1>"
    assert [each["name"] for each in twin["checkpoints"]] == ["Gate"]
    assert {each["tag"] for each in twin["tags"]} == {"rfid:7E017F", "rfid:01"}
    assert {each["valid_from"] for each in twin["tags"]} == {"2026-03-02T07:00:00Z"}
    assert [(each["name"], each["number"]) for each in twin["guards"]] == [("Wu", 7)]


def test_what_the_api_kept_is_on_the_pages(running: RunningApp) -> None:
    site = running.script.post("/api/sites", json={"name": "Dam", "time_zone": "Europe/Berlin"})
    number = site.json()["id"]
    checkpoint = running.script.post(f"/api/sites/{number}/checkpoints", json={"name": "Sluice"})
    tag = {"tag": "ibutton:AB", "valid_from": "2026-03-01T22:00:00+01:00"}
    placed = running.script.post(f"/api/checkpoints/{checkpoint.json()['id']}/tags", json=tag)
    assert placed.json()["valid_from"] == "2026-03-01T21:00:00Z"
    guard = running.script.post(f"/api/sites/{number}/guards", json={"name": "Li"})
    assert guard.status_code == 201
    assert "Dam" in running.browser.get("/").text
    assert "Sluice" in running.browser.get(f"/sites/{number}").text
    assert [each["name"] for each in running.script.get("/api/sites").json()] == ["Dam"]


def test_a_person_uses_the_twin_with_cookie_and_token(running_on_sqlite: RunningApp) -> None:
    site = {"name": "Dam", "time_zone": "Europe/Berlin"}
    assert running_on_sqlite.browser.post("/api/sites", json=site).status_code == 201


def test_an_instant_without_zone_is_refused(running_on_sqlite: RunningApp) -> None:
    make_site(running_on_sqlite)
    tag = {"tag": "ibutton:AB", "valid_from": "2026-03-01T22:00:00"}
    answer = running_on_sqlite.script.post("/api/checkpoints/1/tags", json=tag)
    assert (answer.status_code, answer.json()["code"]) == (422, "server.request_invalid")


def test_an_unknown_site_is_a_page_and_a_problem(running_on_sqlite: RunningApp) -> None:
    page = running_on_sqlite.browser.get("/sites/99")
    problem = running_on_sqlite.script.get("/api/sites/99")
    assert page.status_code == problem.status_code == 404
    assert "There is no site 99." in page.text
    assert problem.json()["code"] == "sites.site_not_found"


def test_a_refused_form_keeps_nothing_of_it(running: RunningApp) -> None:
    make_site(running)
    wrong = {"name": "Yard", "tag": "not a tag"}
    assert running.browser.post("/sites/1/checkpoints", data=wrong).status_code == 422
    assert "Yard" not in running.browser.get("/sites/1").text


def test_a_guards_number_must_be_digits(running_on_sqlite: RunningApp) -> None:
    make_site(running_on_sqlite)
    for number in ("seven", "-1", "²", "1234567890"):
        form = {"name": "Xu", "number": number}
        answer = running_on_sqlite.browser.post("/sites/1/guards", data=form)
        assert answer.status_code == 422
    assert "Xu" not in running_on_sqlite.browser.get("/sites/1").text
