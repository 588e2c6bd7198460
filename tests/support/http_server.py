"""A real HTTP server that answers as a test tells it, also with what no good server would send."""

import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Asked", "Reply", "ScriptedServer", "serving"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to answer.

    Attributes:
        status: HTTP status.
        body: the body.
        announced: length told in the header; None tells the true one. More than the true one
            makes a half answer.
        is_cut: the connection is closed without any answer.
    """

    status: int = 200
    body: bytes = b"{}"
    announced: int | None = None
    is_cut: bool = False


@dataclass(slots=True)
class ScriptedServer:
    """Where the server is, what it was asked, and how it answers."""

    url: str
    answer: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list[Asked])


@contextmanager
def serving(answer: Callable[[Asked], Reply]) -> Generator[ScriptedServer]:
    """A server on a free loopback port while the block runs."""
    scripted = ScriptedServer(url="", answer=answer)

    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(method=self.command, path=self.path, headers=headers, body=body)
            scripted.asked.append(asked)
            reply = scripted.answer(asked)
            self.close_connection = True
            if reply.is_cut:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            length = len(reply.body) if reply.announced is None else reply.announced
            self.send_response(reply.status)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(reply.body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Requests) as server:
        scripted.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield scripted
        finally:
            server.shutdown()
            thread.join()
