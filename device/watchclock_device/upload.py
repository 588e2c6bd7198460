"""Hands waiting captures to the server over HTTP; sending one twice changes nothing there.

``GET /api/ready`` and ``POST /api/captures`` with the capture as body, its SHA-256 in
``X-Capture-SHA256``, our clock in ``X-Dock-Time`` and ``Authorization: Bearer TOKEN``
(docs/architecture.md, "server").
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final, cast

import httpx

from watchclock_device.clocks import SYSTEM_CLOCKS, Clocks, instant_at
from watchclock_device.errors import (
    CaptureConflictError,
    CaptureRefusedError,
    DockClockError,
    ServerAnswerError,
    ServerDownError,
    ServerFailedError,
    TokenRefusedError,
    TokenUnusableError,
    UploadError,
)
from watchclock_device.spool import Spool

__all__ = ["Receipt", "Server", "Uploaded", "upload_waiting"]

_TIMEOUT_S: Final = httpx.Timeout(30.0, connect=5.0)
_LONGEST_REASON: Final = 300
_LARGEST_CLOCK_DIFFERENCE: Final = timedelta(seconds=30)
_TOKEN_REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The server's answer about one capture.

    Attributes:
        capture: its SHA-256.
        wand: key of the wand.
        created: records the server did not have.
        duplicate: records it had already.
        conflict: records that contradict what it had; kept beside it.
        already_known: the server had this very capture.
        answer: the whole answer as it came.
    """

    capture: str
    wand: str
    created: int
    duplicate: int
    conflict: int
    already_known: bool
    answer: bytes


class Server:
    """A watchclock server, reached with an upload token."""

    def __init__(self, url: str, token: str, clocks: Clocks = SYSTEM_CLOCKS) -> None:
        """Nothing is sent yet.

        Raises:
            TokenUnusableError: the token has characters no header can carry.
        """
        # Told here, because the HTTP library would put the token into its message.
        if not token.isascii() or not token.isprintable() or " " in token:
            raise TokenUnusableError
        self.url = url.rstrip("/")
        self._clocks = clocks
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {token}"}, timeout=_TIMEOUT_S
        )

    def check_ready(self) -> datetime:
        """What time it is at the server, which would take captures from us now.

        Raises:
            UploadError: it is down, failed, refused the token, or is no watchclock server.
        """
        answer = self._ask("GET", "/api/ready")
        if answer.is_client_error and answer.status_code not in _TOKEN_REFUSED:
            raise ServerAnswerError(server=self.url, reason=f"status {answer.status_code}")
        if not answer.is_success:
            raise self._refusal(answer, capture="-")
        match _fields(answer):
            case {"status": "ready", "now": str() as told}:
                return self._instant(told)
            case _:
                reason = "it does not say that it is ready"
                raise ServerAnswerError(server=self.url, reason=reason)

    def check_clock(self) -> None:
        """Returns when the server is ready and its clock and ours agree.

        A wand is set by the dock's clock and its records are judged by the server's, so a dock
        whose clock is wrong would make every wand and every record wrong.

        Raises:
            DockClockError: they differ by more than half a minute and the time of the answer.
            UploadError: as ``check_ready``.
        """
        asked = instant_at(self._clocks.utc_ns())
        there = self.check_ready()
        answered = instant_at(self._clocks.utc_ns())
        apart = max(asked - there, there - answered)
        if apart > _LARGEST_CLOCK_DIFFERENCE:
            raise DockClockError(server=self.url, seconds=round(apart.total_seconds()))

    def send(self, data: bytes, sha256: str) -> Receipt:
        """The server's answer about this capture; asking again gives an equal one.

        Raises:
            UploadError: as ``check_ready``, or the server does not take this capture.
        """
        headers = {
            "X-Capture-SHA256": sha256,
            "X-Dock-Time": instant_at(self._clocks.utc_ns()).isoformat(),
            "Content-Type": "application/octet-stream",
        }
        answer = self._ask("POST", "/api/captures", content=data, headers=headers)
        if not answer.is_success:
            raise self._refusal(answer, capture=sha256)
        receipt = self._receipt(answer)
        if receipt.capture != sha256:
            raise ServerAnswerError(server=self.url, reason="it speaks of another capture")
        return receipt

    def close(self) -> None:
        """Connections are closed."""
        self._client.close()

    def _ask(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        try:
            return self._client.request(
                method,
                f"{self.url}{path}",
                content=content,
                headers=headers,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = str(error).rstrip(".") or "no answer"
            raise ServerDownError(server=self.url, reason=reason) from error

    def _refusal(self, answer: httpx.Response, capture: str) -> UploadError:
        if answer.status_code in _TOKEN_REFUSED:
            return TokenRefusedError(server=self.url)
        if answer.is_server_error:
            return ServerFailedError(server=self.url, status=answer.status_code)
        detail = _fields(answer).get("detail")
        if not isinstance(detail, str):
            return ServerAnswerError(server=self.url, reason=f"status {answer.status_code}")
        return CaptureRefusedError(
            server=self.url, capture=capture, reason=detail[:_LONGEST_REASON].rstrip(".")
        )

    def _instant(self, told: str) -> datetime:
        try:
            instant = datetime.fromisoformat(told)
        except ValueError as error:
            raise ServerAnswerError(server=self.url, reason="it tells no time") from error
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)

    def _receipt(self, answer: httpx.Response) -> Receipt:
        match _fields(answer):
            case {
                "capture": str() as capture,
                "wand": str() as wand,
                "created": int() as created,
                "duplicate": int() as duplicate,
                "conflict": int() as conflict,
                "already_known": bool() as already_known,
            }:
                return Receipt(
                    capture=capture,
                    wand=wand,
                    created=created,
                    duplicate=duplicate,
                    conflict=conflict,
                    already_known=already_known,
                    answer=answer.content,
                )
            case _:
                raise ServerAnswerError(server=self.url, reason="the receipt lacks fields")


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """What became of the waiting captures.

    Attributes:
        receipts: of those the server has now.
        errors: of those it did not take; they still wait.
    """

    receipts: tuple[Receipt, ...]
    errors: tuple[UploadError, ...]


def upload_waiting(
    spool: Spool, server: Server, report: Callable[[int, int], None] | None = None
) -> Uploaded:
    """Sends everything that waits, oldest first; a capture the server refuses stops no other.

    Args:
        spool: where the captures wait.
        server: who takes them.
        report: is told how many of how many are done.

    Raises:
        UploadError: the server cannot be used; what was sent before is marked as sent.
        SpoolError: a receipt could not be stored; sending again is harmless.
    """
    receipts: list[Receipt] = []
    errors: list[UploadError] = []
    waiting = spool.waiting()
    for number, path in enumerate(waiting, start=1):
        try:
            receipt = server.send(path.read_bytes(), path.stem)
        except CaptureRefusedError as error:
            errors.append(error)
        else:
            spool.mark_sent(path, receipt.answer)
            receipts.append(receipt)
            if receipt.conflict:
                conflict = CaptureConflictError(
                    conflicts=receipt.conflict, capture=receipt.capture
                )
                errors.append(conflict)
        if report is not None:
            report(number, len(waiting))
    return Uploaded(receipts=tuple(receipts), errors=tuple(errors))


def _fields(answer: httpx.Response) -> Mapping[str, object]:
    try:
        parsed: object = answer.json()
    except ValueError:
        return {}
    return cast("Mapping[str, object]", parsed) if isinstance(parsed, dict) else {}
