"""The first account: one link, once, and no password that nobody chose."""

from datetime import timedelta

import pytest

from tests.support.server_app import PASSWORD, MovableClock, RunningApp
from watchclock_server.accounts import service
from watchclock_server.accounts.service import (
    BadNameError,
    BadPasswordError,
    NameTakenError,
    SetupLinkInvalidError,
)
from watchclock_server.database import Database

CLOCK = MovableClock()


def make_link(database: Database) -> str:
    with database.session() as session:
        return service.create_setup_link(session, CLOCK.now())


def use_link(database: Database, link: str, name: str = "berta", password: str = PASSWORD) -> None:
    with database.session() as session:
        service.set_up(session, secret=link, name=name, password=password, now=CLOCK.now())


def test_a_new_server_has_no_account_and_no_default_password(database: Database) -> None:
    with database.session() as session:
        assert service.needs_set_up(session)
        for name in ("admin", "root", "watchclock"):
            assert service.sign_in(session, name=name, password=name, now=CLOCK.now()) is None


def test_the_link_makes_one_account_and_is_then_used_up(database: Database) -> None:
    link = make_link(database)
    use_link(database, link)
    with pytest.raises(SetupLinkInvalidError):
        use_link(database, link, name="carla")
    with database.session() as session:
        assert not service.needs_set_up(session)
        assert service.sign_in(session, name="carla", password=PASSWORD, now=CLOCK.now()) is None
        signed_in = service.sign_in(session, name="berta", password=PASSWORD, now=CLOCK.now())
    assert signed_in is not None
    assert signed_in.name == "berta"


def test_the_link_expires_after_a_day(database: Database) -> None:
    link = make_link(database)
    with database.session() as session, pytest.raises(SetupLinkInvalidError):
        service.check_setup_link(session, link, CLOCK.now() + timedelta(hours=24))


def test_a_newer_link_makes_the_older_one_worthless(database: Database) -> None:
    older, newer = make_link(database), make_link(database)
    with pytest.raises(SetupLinkInvalidError):
        use_link(database, older)
    use_link(database, newer)
    with database.session() as session:
        assert not service.needs_set_up(session)


@pytest.mark.parametrize(
    ("name", "password", "error"),
    [
        ("", PASSWORD, BadNameError),
        (" berta", PASSWORD, BadNameError),
        ("berta\n", PASSWORD, BadNameError),
        ("berta", "9 letters", BadPasswordError),
        ("berta", "x" * 201, BadPasswordError),
        ("anna", PASSWORD, NameTakenError),
    ],
)
def test_a_refused_set_up_leaves_the_link_good(
    running_on_sqlite: RunningApp, name: str, password: str, error: type[Exception]
) -> None:
    link = make_link(running_on_sqlite.database)
    with pytest.raises(error):
        use_link(running_on_sqlite.database, link, name, password)
    assert running_on_sqlite.stranger.get(f"/set-up/{link}").status_code == 200


def test_the_set_up_page_signs_the_new_person_in(running: RunningApp) -> None:
    link = make_link(running.database)
    form = {"name": "berta", "password": PASSWORD, "repeated": PASSWORD}
    answer = running.stranger.post(f"/set-up/{link}", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "berta" in running.stranger.get("/").text
    assert running.stranger.get(f"/set-up/{link}").status_code == 403


def test_a_mistyped_repetition_is_refused(running_on_sqlite: RunningApp) -> None:
    link = make_link(running_on_sqlite.database)
    form = {"name": "berta", "password": PASSWORD, "repeated": PASSWORD + "!"}
    answer = running_on_sqlite.stranger.post(f"/set-up/{link}", data=form)
    assert answer.status_code == 422
    assert "accounts.passwords_differ" in answer.text


def test_passwords_and_secrets_are_not_in_the_database(running: RunningApp) -> None:
    link = make_link(running.database)
    tables = ("people", "web_sessions", "setup_links", "access_tokens")
    with running.database.engine.connect() as connection:
        stored = [
            str(row)
            for table in tables
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608  fixed names
        ]
    assert len(stored) == 6
    secrets = (PASSWORD, link, running.dock.headers["authorization"].removeprefix("Bearer "))
    assert not [row for row in stored for secret in secrets if secret in row]
    assert any("$argon2id$" in row for row in stored)
