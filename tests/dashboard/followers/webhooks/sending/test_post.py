"""An endpoint may do whatever it likes: it is asked once, in time, and told from a success."""

import socket
import threading
import time
from collections.abc import Callable

import pytest

from dashboard.followers.webhooks.sending import post
from dashboard.followers.webhooks.sending.post import ANSWER_KEPT, MAX_ANSWER, Poster, Reply, readable
from dashboard.followers.webhooks.sending.target import UrlTarget, fit_target
from models import WebhookTrouble
from tests.dashboard.followers.webhooks.sending.once import send
from tests.support.servers.process import free_port
from tests.support.servers.receiver import Handler, receiving
from tests.support.servers.silent import silent_server

SHORT = 0.3


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_a_success(status: int) -> None:
    body = b"" if status == 204 else b"thanks"
    with receiving(lambda handler: handler.reply(status, body)) as receiver:
        reply = send(receiver.url)
    assert (reply.status, reply.text, reply.trouble) == (status, body.decode(), None)
    headers, heard = receiver.heard[0]
    assert (heard, headers["Host"]) == (b"{}", f"127.0.0.1:{receiver.port}")
    assert not {"Cookie", "Authorization", "Proxy-Authorization"} & set(headers)


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        *((status, WebhookTrouble.STATUS) for status in (101, 400, 401, 404, 429, 500, 503, 999)),
        *((status, WebhookTrouble.REDIRECT) for status in (300, 301, 302, 303, 304, 307, 308)),
        (410, WebhookTrouble.GONE),
    ],
)
def test_anything_else_is_none(status: int, trouble: WebhookTrouble) -> None:
    with receiving(lambda handler: handler.reply(status)) as receiver:
        assert send(receiver.url).trouble is trouble


def test_a_redirect_is_not_followed() -> None:
    with receiving() as inner:
        to_inner = {"Location": inner.url}
        with receiving(lambda handler: handler.reply(302, **to_inner)) as receiver:
            assert send(receiver.url).trouble is WebhookTrouble.REDIRECT
    assert (len(receiver.heard), inner.heard) == (1, [])


def test_cookies_are_not_kept_and_connections_are() -> None:
    with receiving(lambda handler: handler.reply(200, Set_Cookie="a=b")) as receiver:
        poster = Poster(fit_target(receiver.url, private=True), private=True, seconds=5)
        for _ in range(3):
            assert poster.post({}, b"{}").trouble is None
        poster.close()
    assert len(receiver.connections) == 1
    assert not any("Cookie" in headers for headers, _ in receiver.heard)


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    def once_each(handler: Handler) -> None:
        handler.reply(200)
        handler.close_connection = True

    with receiving(once_each) as receiver:
        poster = Poster(fit_target(receiver.url, private=True), private=True, seconds=5)
        replies = []
        for _ in range(3):
            replies.append(poster.post({}, b"{}"))
            time.sleep(0.05)  # the receiver hangs up meanwhile, or not: both must do
        poster.close()
    assert [reply.trouble for reply in replies] == [None] * 3
    assert len(receiver.connections) == 3


def test_the_environment_s_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    with receiving() as receiver:
        assert send(receiver.url).trouble is None


def test_nobody_there() -> None:
    assert send(f"http://127.0.0.1:{free_port()}/").trouble is WebhookTrouble.NO_CONNECTION
    assert send("http://nowhere.invalid/").trouble is WebhookTrouble.NO_NAME


def test_one_that_never_answers() -> None:
    with silent_server() as server:
        reply = send(f"http://127.0.0.1:{server.port}/", SHORT)
        assert reply.trouble is WebhookTrouble.TOO_LATE
        secure = send(f"https://127.0.0.1:{server.port}/", SHORT)
        assert secure.trouble is WebhookTrouble.TOO_LATE
    assert SHORT * 1000 <= reply.milliseconds < 5000


def dripping(*pieces: bytes) -> Callable[[Handler], None]:
    """Answer by these pieces, then a byte at a time, for ever."""

    def answer(handler: Handler) -> None:
        for piece in pieces:
            handler.wfile.write(piece)
        for _ in range(600):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    return answer


def test_one_that_drips_its_headers_is_given_up_in_time() -> None:
    with receiving(dripping(b"HTTP/1.1 200 OK\r\n", b"A: ")) as receiver:
        reply = send(receiver.url, SHORT)
    assert (reply.trouble, reply.status) == (WebhookTrouble.TOO_LATE, None)
    assert reply.milliseconds < 5000


def test_one_that_drips_its_answer_has_answered() -> None:
    with receiving(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")) as receiver:
        reply = send(receiver.url, SHORT)
    assert (reply.trouble, reply.status) == (None, 200)
    assert reply.milliseconds < 5000


def test_one_that_answers_two_gigabytes_is_read_no_further() -> None:
    sent = []

    def answer(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n")
        try:
            for _ in range(2048):
                handler.wfile.write(b"y" * 1024 * 1024)
                sent.append(1)
        finally:
            handler.close_connection = True

    with receiving(answer) as receiver:
        reply = send(receiver.url)
    assert (reply.status, reply.text) == (200, "y" * ANSWER_KEPT)
    assert len(sent) < 100  # megabytes, in the buffers between


def test_headers_of_ten_megabytes_are_nonsense() -> None:
    def answer(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(10 * 1024):
            handler.wfile.write(b"X-%d: %s\r\n" % (number, b"z" * 1000))

    with receiving(answer) as receiver:
        assert send(receiver.url).trouble is WebhookTrouble.NONSENSE


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n",
        b"\0" * 100,
        b"SSH-2\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"x" * 70_000,
    ],
)
def test_what_is_no_http_is_told(answer: bytes) -> None:
    def talk(handler: Handler) -> None:
        handler.wfile.write(answer)
        handler.close_connection = True

    with receiving(talk) as receiver:
        reply = send(receiver.url)
    assert reply.trouble in (WebhookTrouble.NONSENSE, WebhookTrouble.CUT_OFF)
    assert reply.status is None


def test_one_that_hangs_up_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            taken = listener.accept()[0]
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            taken.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        reply = send(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join(10)
    assert reply.trouble in (WebhookTrouble.CUT_OFF, WebhookTrouble.NO_CONNECTION)


def test_odd_lengths_and_chunks_are_read_as_far_as_they_go() -> None:
    for tail in (b"Content-Length: -1\r\n\r\nab", b"Content-Length: x\r\n\r\nab", b"\r\nab"):
        assert _raw(b"HTTP/1.1 200 OK\r\n" + tail).status == 200
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert _raw(chunked + b"2\r\nab\r\n0\r\n\r\n").text == "ab"
    assert _raw(chunked + b"zz\r\nab").status == 200


def _raw(answer: bytes) -> Reply:
    def talk(handler: Handler) -> None:
        handler.wfile.write(answer)
        handler.close_connection = True

    with receiving(talk) as receiver:
        return send(receiver.url)


def test_what_is_kept_is_short_and_printable() -> None:
    assert readable(b"ok\r\n\0\x1b[31m") == "ok\\r\\n\\x00\\x1b[31m"
    assert readable("\u202egnp.\u200b".encode()) == "\\u202egnp.\\u200b"
    assert readable(b"\xff\xfe") == "\ufffd\ufffd"
    assert len(readable("李".encode() * 1000)) == ANSWER_KEPT
    assert len(readable(b"\0" * MAX_ANSWER)) == ANSWER_KEPT


def test_a_deadline_has_its_default() -> None:
    assert post.DEADLINE == 15
    assert Poster(UrlTarget(False, "x", 1, "/"), private=True)._seconds == 15
