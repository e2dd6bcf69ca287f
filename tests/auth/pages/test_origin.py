"""What changes something comes from a page of this site, whatever the proxy in front passes."""

import pytest
from flask import Flask

from auth.pages.origin import is_from_here, is_host, normal_origin
from dashboard.web import refusals
from tests.support.actions import AuthActions, make_user
from tests.support.app import running

OURS = {"https://gate.example.org"}


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "nonsense"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://gate.example.org"}, False),
        ({"Origin": "https://gate.example.org"}, True),
        ({"Origin": "https://GATE.example.org:443"}, True),
        ({"Origin": "http://gate.example.org"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "https://gate.example.org.evil.example"}, False),
        ({"Origin": "null"}, True),
        ({"Origin": "null", "Referer": "https://gate.example.org/login?next=/"}, True),
        ({"Origin": "null", "Referer": "https://evil.example/"}, False),
        ({"Referer": "https://gate.example.org/login"}, True),
        ({"Referer": "https://evil.example/https://gate.example.org/"}, False),
        ({"Referer": "about:blank"}, False),
        ({"Origin": "https://[::1"}, False),
    ],
)
def test_the_browser_s_word_counts_first(headers: dict[str, str], passes: bool) -> None:
    assert is_from_here(headers, OURS) is passes


HOSTS = {
    **dict.fromkeys(("a" * 64, "a:", "a:0", "a:99999", "a:x", "a?b", "a b", "..", "a..b"), 400),
    **dict.fromkeys(("[::1", "[zz]", "a@b", "a;b", "a<b", "a%20b", "", "é.example", "a" * 300), 400),
    **dict.fromkeys(("a", "A.B:8000", "[::1]:80", "1.2.3.4", "xn--bcher-kva.example", "a.example."), 200),
}


@pytest.mark.parametrize(("host", "status"), HOSTS.items(), ids=[host[:20] for host in HOSTS])
@pytest.mark.parametrize("settings", [{}, {"trusted_proxies": 1, "public_url": "https://gate.example"}])
def test_a_host_that_is_none_is_a_bad_request(
    sqlite_url: str, settings: dict[str, object], host: str, status: int
) -> None:
    with running(sqlite_url, **settings) as app:
        client = app.test_client()
        header = "X-Forwarded-Host" if settings else "Host"
        environ = {"HTTP_HOST": host} if header == "Host" else {"HTTP_X_FORWARDED_HOST": host}
        if not host and settings:
            return  # the proxy told none
        for path in ("/healthz", "/login", "/nowhere"):
            expected = status if status == 400 or path != "/nowhere" else 404
            assert client.get(path, environ_overrides=environ).status_code == expected
        assert client.post("/login", environ_overrides=environ).status_code == 400
        live = client.get("/socket.io/?EIO=4&transport=websocket", environ_overrides=environ)
        assert live.status_code == (400 if status == 400 else 401)


@pytest.mark.parametrize("host", ["xn--a", "a,b", "a@b", "1.2.3.4:0", "[1.2.3.4]", ".", ""])
def test_these_are_no_hosts(host: str) -> None:
    assert not is_host(host)


@pytest.mark.parametrize("host", ["my_app:8000"])
def test_a_name_of_a_container_answers_monitoring(sqlite_app: Flask, host: str) -> None:
    client = sqlite_app.test_client()
    assert client.get("/healthz", headers={"Host": host}).status_code == 200
    assert client.post("/login", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("http://bücher.example", "http://xn--bcher-kva.example"),
        ("http://xn--bcher-kva.example/", "http://xn--bcher-kva.example"),
        ("HTTP://Example.ORG:80", "http://example.org"),
        ("https://example.org:8443/a?b", "https://example.org:8443"),
        ("http://[2001:DB8::1]:80", "http://[2001:db8::1]"),
    ],
)
def test_one_origin_has_one_spelling(address: str, origin: str) -> None:
    assert normal_origin(address) == origin


@pytest.fixture
def behind(sqlite_url: str) -> object:
    """The app as people know it under another name than the proxy passes."""
    with running(sqlite_url, public_url="https://gate.example.org", trusted_proxies=1) as app:
        make_user("alice")
        yield app


def sign_in(app: Flask, **headers: str) -> int:
    """Sign in over https through a proxy that passes its own name as Host."""
    auth = AuthActions(app.test_client())
    given = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1", **headers}
    token = (
        auth.client.get("/login", headers=given)
        .text.split('name="csrf_token"')[1]
        .split('value="')[1]
        .split('"')[0]
    )
    typed = {"username": "alice", "password": "correct horse battery", "csrf_token": token}
    return auth.client.post("/login", data=typed, headers=given).status_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, {302, 401}),
        ({"Origin": "https://gate.example.org"}, {302, 401}),
        ({"Sec-Fetch-Site": "same-origin"}, {302, 401}),
        ({"Origin": "https://evil.example"}, {400}),
        ({"Sec-Fetch-Site": "cross-site"}, {400}),
    ],
)
def test_signing_in_works_behind_a_proxy_that_passes_no_host(
    behind: Flask, headers: dict[str, str], status: set[int]
) -> None:
    assert sign_in(behind, **headers) in status


def test_what_the_proxy_does_is_told_once(behind: Flask, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        sign_in(behind)
    assert caplog.text.count("PUBLIC_URL is https://gate.example.org") == 1


def test_without_a_public_address_the_own_host_counts(app: Flask) -> None:
    auth = AuthActions(app.test_client())
    make_user("alice")
    auth.client.get("/login")
    for origin, status in (("http://localhost", 302), ("http://evil.example", 400)):
        token = auth.token()
        data = {"username": "alice", "password": "correct horse", "csrf_token": token}
        assert auth.client.post("/login", data=data, headers={"Origin": origin}).status_code in (status, 401)


def test_a_refusal_is_a_line_in_the_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    auth = AuthActions(app.test_client())
    make_user("alice")
    auth.login("alice")
    assert auth.client.get("/admin/").status_code == 403
    assert auth.client.post("/account", data={"csrf_token": "x"}).status_code == 400
    assert "refused: GET /admin/: 403, user " in caplog.text
    assert "refused: POST /account: 400, user " in caplog.text


def test_a_flood_of_refusals_is_a_number(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(refusals.REFUSAL_LINES + 7):
        refusals.note_refusal(app, "GET /admin/", 403, user=7, client=None)
    assert caplog.text.count("refused: GET /admin/: 403, user 7, client -") == refusals.REFUSAL_LINES
    monkeypatch.setattr(refusals, "REFUSAL_PERIOD", 0)
    refusals.note_refusal(app, "GET /", 403, user=None, client=None)
    assert "7 refusals more were not written" in caplog.text
