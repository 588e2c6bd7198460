"""The site page and its JSON twin show and keep the same things."""

import pytest

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


def test_a_pasted_tag_is_recognised_and_its_forms_stand_beside_it(running: RunningApp) -> None:
    make_site(running)
    form = {"checkpoint_id": "1", "tag": " AE / 0000030D45EB / 01 "}
    answer = running.browser.post("/sites/1/tags", data=form)
    assert answer.status_code == 303
    page = running.browser.get(answer.headers["location"]).text
    for shown in (
        "Read as ibutton_crc_first:",
        "ibutton:01EB450D030000AE",
        "AE 0000030D45EB 01",
        "0D 45 EB",
        "51201515",
        "tags can be copied",
    ):
        assert shown in page
    assert "Read as" not in running.browser.get("/sites/1").text


def test_the_twin_takes_any_notation_and_tells_what_it_recognised(running: RunningApp) -> None:
    make_site(running)
    tag = {"tag": "010000030D45EB", "notation": "wedge_s5"}
    answer = running.script.post("/api/checkpoints/1/tags", json=tag)
    assert answer.status_code == 201
    told = answer.json()
    assert told["tag"] == "ibutton:01EB450D030000AE"
    assert told["notation"] == "ibutton_family_serial_high"
    assert told["notes"] == ["check_sum_computed"]
    assert told["printed"]["ibutton_serial_decimal"] == "51201515"


def test_a_text_with_several_meanings_is_a_choice_and_nothing_is_kept(
    running_on_sqlite: RunningApp,
) -> None:
    running = running_on_sqlite
    make_site(running)
    form = {"name": "Yard", "tag": "02207638"}
    page = running.browser.post("/sites/1/checkpoints", data=form)
    assert page.status_code == 422
    for shown in ("Which tag is 02207638?", "em4100_dez8", "em4100:161DD6", "em4100:21AF96"):
        assert shown in page.text
    assert "Yard" not in running.browser.get("/sites/1").text
    chosen = {**form, "notation": "em4100_dez3_5_glued"}
    assert running.browser.post("/sites/1/checkpoints", data=chosen).status_code == 303
    assert "em4100:161DD6" in running.browser.get("/sites/1").text
    problem = running.script.post("/api/checkpoints/1/tags", json={"tag": "02207638"}).json()
    assert problem["code"] == "tag.ambiguous"
    assert "em4100_dez8 = em4100:21AF96" in problem["detail"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("01EB450D030000AF", "tag.check_sum"),
        ("01EB45OD030000AE", "tag.look_alike"),
        ("4.128E+15", "tag.spreadsheet"),
        ("08D83366", "tag.random"),
        ("0000000000000000", "tag.shorted"),
        ("", "tag.empty"),
    ],
)
def test_what_is_no_tag_is_refused_for_what_is_wrong(
    running_on_sqlite: RunningApp, text: str, code: str
) -> None:
    make_site(running_on_sqlite)
    answer = running_on_sqlite.script.post("/api/checkpoints/1/tags", json={"tag": text})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    form = {"checkpoint_id": "1", "tag": text}
    page = running_on_sqlite.browser.post("/sites/1/tags", data=form)
    assert page.status_code == 422
    assert code in page.text


def test_a_key_file_of_a_flipper_is_read_from_a_form_and_over_http(running: RunningApp) -> None:
    make_site(running)
    button = b"Filetype: Flipper iButton key\nVersion: 2\nProtocol: DS1992\n"
    button += b"Rom Data: 08 DE AD BE EF FA CE 4E\n"
    card = b"Filetype: Flipper RFID key\nVersion: 1\nKey type: EM4100\nData: 01 02 6F 6C 3A\n"
    answer = running.browser.post(
        "/sites/1/tags",
        data={"checkpoint_id": "1", "tag": ""},
        files={"file": ("gate.ibtn", button, "application/octet-stream")},
    )
    page = running.browser.get(answer.headers["location"]).text
    assert "Read as flipper_ibtn:" in page
    assert "ibutton:08DEADBEEFFACE4E" in page
    told = running.script.post("/api/checkpoints/1/tags/file", content=card)
    assert (told.status_code, told.json()["tag"]) == (201, "em4100:01026F6C3A")
    wrong = button.replace(b"4E", b"4F")
    assert running.script.post("/api/checkpoints/1/tags/file", content=wrong).json()["code"] == (
        "tag.check_sum"
    )


def test_a_file_that_is_too_large_is_not_read_to_its_end(running_on_sqlite: RunningApp) -> None:
    make_site(running_on_sqlite)
    huge = b"Filetype: x\n" * 10_000
    answer = running_on_sqlite.script.post("/api/checkpoints/1/tags/file", content=huge)
    page = running_on_sqlite.browser.post(
        "/sites/1/tags", data={"checkpoint_id": "1"}, files={"file": ("x.nfc", huge)}
    )
    assert answer.status_code == page.status_code == 413


def test_two_tags_that_some_wands_confuse_need_a_persons_word(running: RunningApp) -> None:
    make_site(running)
    running.script.post("/api/sites/1/checkpoints", json={"name": "Yard"})
    running.script.post("/api/checkpoints/1/tags", json={"tag": "018C81851800009B"})
    twin = {"tag": "018C818577000061"}
    refused = running.script.post("/api/checkpoints/2/tags", json=twin)
    assert (refused.status_code, refused.json()["code"]) == (409, "sites.tag_confused")
    assert "“Gate”" in refused.json()["detail"]
    form = {"checkpoint_id": "2", **twin, "is_confusion_accepted": "true"}
    assert running.browser.post("/sites/1/tags", data=form).status_code == 303
    assert "ibutton:018C818577000061" in running.browser.get("/sites/1").text


def test_an_address_that_names_no_tag_of_the_site_says_nothing(
    running_on_sqlite: RunningApp,
) -> None:
    make_site(running_on_sqlite)
    page = running_on_sqlite.browser.get("/sites/1?mounted=99&notation=%3Cb%3E")
    assert page.status_code == 200
    assert "Read as" not in page.text
