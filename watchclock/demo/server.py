"""The demo's server as a client sees it: first set-up, a token, and what the demo asks of it."""

import re
import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx

from watchclock.demo.programs import finish, running
from watchclock_protocol.errors import CodedError

__all__ = ["DemoServer", "ServerRefusedError", "serving"]

PERSON: Final = "supervisor"
TIMEOUT_S: Final = 60.0


class ServerRefusedError(CodedError):
    """The demo's server did not do what the demo asked."""

    code = "command.demo_server"
    template = "The demo's server answered {status} to {method} {path}: {said}"
    next_step = "Report this with what it said; the demo changed nothing outside its own folder."


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoServer:
    """A running server with one person and one token.

    Attributes:
        address: ``http://HOST:PORT``.
        password: of the person ``supervisor``, drawn for this run.
        token: may do everything a supervisor may.
    """

    address: str
    password: str
    token: str
    client: httpx.Client

    def post(self, path: str, content: Mapping[str, object]) -> Any:  # noqa: ANN401 - JSON
        """The server's answer to a new thing.

        Raises:
            ServerRefusedError: it answered with an error.
        """
        return self._ask("POST", path, content)

    def patch(self, path: str, content: Mapping[str, object]) -> Any:  # noqa: ANN401 - JSON
        """The server's answer to a changed thing; raises as ``post``."""
        return self._ask("PATCH", path, content)

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What the server tells; raises as ``post``."""
        return self._ask("GET", path, None)

    def _ask(self, method: str, path: str, content: Mapping[str, object] | None) -> Any:  # noqa: ANN401 - JSON
        answer = self.client.request(method, path, json=content)
        if answer.is_error:
            raise ServerRefusedError(
                status=answer.status_code, method=method, path=path, said=answer.text
            )
        return answer.json()


@contextmanager
def serving(folder: Path, port: int) -> Generator[DemoServer]:
    """A server on SQLite in ``folder``, set up through its one-time link, until the block ends."""
    data = folder / "server"
    words = ["serve", "--data", str(data), "--port", str(port)]
    with running(words, "Ctrl-C", folder / "server.log") as lines:
        link = _set_up_link("".join(lines))
        address = link.partition("/set-up/")[0]
        password = secrets.token_urlsafe(9)
        _set_up(link, password)
        token = finish(["token", "create", "demo", "--scope", "manage", "--data", str(data)])
        headers = {"Authorization": f"Bearer {token.strip()}"}
        with httpx.Client(base_url=address, headers=headers, timeout=TIMEOUT_S) as client:
            yield DemoServer(
                address=address, password=password, token=token.strip(), client=client
            )


def _set_up_link(said: str) -> str:
    found = re.search(r"http://\S+/set-up/\S+", said)
    if found is None:
        raise ServerRefusedError(status="no link", method="GET", path="/set-up", said=said)
    return found.group()


def _set_up(link: str, password: str) -> None:
    form = {"name": PERSON, "password": password, "repeated": password}
    answer = httpx.post(link, data=form, timeout=TIMEOUT_S)
    if answer.status_code != HTTPStatus.SEE_OTHER:
        raise ServerRefusedError(
            status=answer.status_code, method="POST", path="/set-up", said=answer.text
        )
