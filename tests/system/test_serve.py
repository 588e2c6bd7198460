"""``watchclock serve`` and ``watchclock token`` as a person or a supervisor process runs them."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from watchclock.exit_codes import exit_code
from watchclock.serve_command import ListenError, serve
from watchclock.server_options import DataFolderError, data_folder, database_url, open_database
from watchclock.token_command import revoke
from watchclock_protocol.errors import CodedError
from watchclock_server.accounts.domain import Token
from watchclock_server.accounts.service import TokenNotFoundError, list_tokens
from watchclock_server.database import DatabaseUnavailableError, DatabaseUrlError

PROGRAM = (sys.executable, "-m", "watchclock")
ENGLISH = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("WATCHCLOCK_", "LC_", "LANG"))
}
PASSWORD = "a sentence for tests"  # noqa: S105  of a server that lives for one test


@contextmanager
def serving(data: Path, *options: str) -> Generator[tuple[subprocess.Popen[str], str, str]]:
    """The running server, its address and all it printed before it was ready."""
    server = subprocess.Popen(
        [*PROGRAM, "serve", "--data", str(data), "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENGLISH,
    )
    try:
        assert server.stdout is not None
        printed = ""
        for line in server.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        address = re.search(r"http://127\.0\.0\.1:\d+", printed)
        assert address is not None, printed
        yield server, address[0], printed
    finally:
        server.kill()
        server.communicate()


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words], capture_output=True, text=True, check=False, env=ENGLISH
    )


def list_of_tokens(data: Path) -> list[Token]:
    database = open_database(database_url(None, data_folder(data)))
    with database.session(writes=False) as session:
        tokens = list_tokens(session)
    database.close()
    return tokens


def test_the_first_start_prints_a_link_that_works_once(tmp_path: Path) -> None:
    form = {"name": "anna", "password": PASSWORD, "repeated": PASSWORD}
    with serving(tmp_path) as (_, address, printed):
        link = re.search(rf"{address}/set-up/\S+", printed)
        assert link is not None
        assert [httpx.post(link[0], data=form).status_code for _ in range(2)] == [303, 403]
    with serving(tmp_path) as (_, _, printed):
        assert "/set-up/" not in printed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path) as (server, address, _):
        assert httpx.get(f"{address}/sign-in").status_code == 200
        server.send_signal(number)
        _, errors = server.communicate(timeout=20)
        assert (server.returncode, errors) == (0, "")


def test_an_invited_supervisor_makes_an_account_beside_the_first(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, address, printed):
        first = re.findall(rf"{address}/set-up/\S+", printed)
        invited = run("invite", "--data", str(tmp_path), "--address", address)
        links = [invited.stdout.strip(), *first]
        form = {"name": "berta", "password": PASSWORD, "repeated": PASSWORD}
        assert [httpx.post(link, data=form).status_code for link in links] == [303, 403]
        again = run("invite", "--data", str(tmp_path), "--address", f"{address}/")
        form["name"] = "carl"
        assert httpx.post(again.stdout.strip(), data=form).status_code == 303


def test_a_token_made_beside_the_running_server_works_until_revoked(tmp_path: Path) -> None:
    place = ("--data", str(tmp_path))
    with serving(tmp_path) as (_, address, _):
        made = run("token", "create", "dock-1", *place)
        headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
        ready = httpx.get(f"{address}/api/ready", headers=headers)
        assert (made.returncode, ready.json()["status"]) == (0, "ready")
        assert run("token", "revoke", "dock-1", *place).returncode == 0
        assert httpx.get(f"{address}/api/ready", headers=headers).status_code == 401
    listed = run("token", "list", "--json", *place)
    assert listed.stdout == '[{"name": "dock-1", "scope": "upload", "is_valid": false}]\n'
    assert made.stdout.strip() not in run("token", "list", *place).stdout


def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run("serve", "--data", str(tmp_path), "--port", port)
    assert refused.returncode != 0
    assert refused.stderr.splitlines() == [
        f"Another program already listens on 127.0.0.1, port {port}. [server.port_in_use]",
        "Stop it, or choose another port with --port.",
    ]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"data": "file/data"}, DataFolderError),
        ({"host": "192.0.2.1"}, ListenError),
        ({"database": "nonsense"}, DatabaseUrlError),
        ({"database": "sqlite:////no/where.db"}, DatabaseUnavailableError),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_served(
    tmp_path: Path, options: dict[str, str], error: type[CodedError]
) -> None:
    (tmp_path / "file").write_text("in the way")
    data = tmp_path / options.pop("data", "data")
    with pytest.raises(error) as refused:
        serve(data=data, port=0, **options)
    assert exit_code(refused.value) != 0


def test_a_token_nobody_made_cannot_be_revoked(tmp_path: Path) -> None:
    with pytest.raises(TokenNotFoundError):
        revoke("nobody", data=tmp_path)
    assert list_of_tokens(tmp_path) == []


def test_data_is_for_its_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert list_of_tokens(data) == []
    assert data.stat().st_mode & 0o077 == 0
