"""One request to an endpoint and what came back, within bounds of time and size."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from time import monotonic

from dashboard.followers.webhooks.sending.addresses import resolve
from dashboard.followers.webhooks.sending.connection import Connection, RequestDeadline
from dashboard.followers.webhooks.sending.failure import SendFailed
from dashboard.followers.webhooks.sending.target import UrlTarget
from models import WebhookTrouble

#: Seconds for all of a request, and bytes that are read of its answer.
DEADLINE, MAX_ANSWER = 15.0, 64 * 1024
#: Characters that are kept of it.
ANSWER_KEPT = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a request.

    ``status`` and ``text`` are those of an answer, if there was one, ``trouble`` why it was no success.
    """

    status: int | None
    text: str | None
    milliseconds: int
    trouble: WebhookTrouble | None


class Poster:
    """Sends to one endpoint and keeps connections open meanwhile; several threads may."""

    def __init__(self, target: UrlTarget, *, private: bool, seconds: float | None = None) -> None:
        """``private`` allows private addresses; ``seconds`` are for each request, `DEADLINE` unless told."""
        self._target, self._private = target, private
        self._seconds = DEADLINE if seconds is None else seconds
        self._idle: list[Connection] = []

    def post(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a request; whatever goes wrong is in the answer."""
        begun = monotonic()
        try:
            status, raw = self._exchange(headers, body)
        except SendFailed as failed:
            return Reply(None, None, _since(begun), failed.trouble)
        except TimeoutError:
            return Reply(None, None, _since(begun), WebhookTrouble.TOO_LATE)
        return Reply(status, readable(raw), _since(begun), _trouble_of(status))

    def close(self) -> None:
        """Hang up."""
        while self._idle:
            self._idle.pop().hang_up()

    def _exchange(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        deadline = RequestDeadline(self._seconds)
        with suppress(ConnectionError):  # it was closed while nothing was sent
            if (idle := self._take_idle()) is not None:
                return self._ask(idle, headers, body, deadline)
        target = self._target
        addresses = resolve(target.host, target.port, deadline.left(), private=self._private)
        try:
            return self._ask(Connection(target, addresses, deadline), headers, body, deadline)
        except ConnectionError:
            raise SendFailed(WebhookTrouble.CUT_OFF) from None

    def _take_idle(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _ask(
        self, connection: Connection, headers: Mapping[str, str], body: bytes, deadline: RequestDeadline
    ) -> tuple[int, bytes]:
        """Return status and beginning of the answer; raises ``ConnectionError`` before there is one."""
        connection.until(deadline)
        try:
            connection.request("POST", self._target.path, body, {"Host": self._target.authority, **headers})
            response = connection.getresponse()
            raw = _read(response)
        except (TimeoutError, ConnectionError):
            connection.hang_up()
            raise
        except (HTTPException, OSError, ValueError):
            connection.hang_up()
            raise SendFailed(WebhookTrouble.NONSENSE) from None
        if response.isclosed() and connection.is_open:
            self._idle.append(connection)
        else:
            response.close()
            connection.hang_up()
        return response.status, raw


def _read(response: HTTPResponse) -> bytes:
    """Return the beginning of an answer; the status counts, whatever becomes of the rest."""
    with suppress(OSError, HTTPException, ValueError):
        return response.read(MAX_ANSWER)
    return b""


def readable(raw: bytes) -> str:
    """Return the beginning of an answer as text, with escapes for what is not printed."""
    text = raw[: 4 * ANSWER_KEPT].decode("utf-8", "replace")
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return shown[:ANSWER_KEPT]


def _trouble_of(status: int) -> WebhookTrouble | None:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if status == HTTPStatus.GONE:
        return WebhookTrouble.GONE
    is_redirect = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
    return WebhookTrouble.REDIRECT if is_redirect else WebhookTrouble.STATUS


def _since(begun: float) -> int:
    return round(1000 * (monotonic() - begun))
