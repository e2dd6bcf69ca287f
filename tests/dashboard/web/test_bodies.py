"""Bodies that are sent in chunks, without their length."""

import socket
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.web.requests import MAX_BODY
from models import User
from tests.support.actions import PASSWORD, AuthActions
from tests.support.servers.gatehouse import serving


def chunked(client: FlaskClient, path: str, body: bytes, kind: str) -> TestResponse:
    """Send a body without its length, as gunicorn hands it on."""
    given = {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    return client.post(path, content_type=kind, environ_overrides=given)


FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
PART = b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n%s\r\n--b--\r\n"
LARGE = {
    FORM: b"a=" + b"x" * MAX_BODY,
    PARTS: PART % (b"x" * MAX_BODY),
    "application/json": b" " * (MAX_BODY + 1),
}


@pytest.mark.parametrize("path", ["/login", "/register", "/logout", "/account", "/admin/logins/export"])
@pytest.mark.parametrize("kind", LARGE)
def test_a_chunked_body_over_the_limit_is_too_much(client: FlaskClient, path: str, kind: str) -> None:
    assert chunked(client, path, LARGE[kind], kind).status_code == 413


@pytest.mark.parametrize("size", [0, 1, MAX_BODY])
def test_a_chunked_body_within_the_limit_is_a_form(auth: AuthActions, alice: User, size: int) -> None:
    start = f"username=alice&password={PASSWORD.replace(' ', '+')}&csrf_token={auth.token()}&x=".encode()
    answer = chunked(auth.client, "/login", start + b"x" * max(0, size - len(start)), FORM)
    assert (answer.status_code, answer.location) == (302, "/account")


def test_a_malformed_chunk_is_a_bad_request_without_a_traceback(sqlite_url: str, tmp_path: Path) -> None:
    head = b"POST /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
    with serving(sqlite_url, tmp_path) as site:
        with socket.create_connection(("127.0.0.1", int(site.url.rsplit(":", 1)[1]))) as connection:
            connection.sendall(head + f"Content-Type: {FORM}\r\n\r\nzz\r\nabc\r\n".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
        assert "Traceback" not in site.server.log.read_text()
