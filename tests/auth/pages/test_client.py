"""Where a request came from."""

import pytest
from flask import Flask, g

from auth.events import Client
from auth.pages.client import MAX_AGENT, client_of_request, parse_agent, unreadable_address

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
Version/18.0 Mobile/15E148 Safari/604.1"


@pytest.fixture
def bare() -> Flask:
    """An app without anything."""
    return Flask(__name__)


def place(app: Flask, **environ: object) -> Client:
    """Return the place of a request with this environment."""
    with app.test_request_context(environ_overrides=environ):
        g.request_id = "r1"
        return client_of_request()


@pytest.mark.parametrize(
    ("agent", "parsed"),
    [
        (FIREFOX, ("Firefox 140", "Linux", None)),
        (PHONE, ("Mobile Safari 18", "iOS", "iPhone")),
        ("", (None, None, None)),
        ("\x00\xff", (None, None, None)),
    ],
)
def test_browser_system_and_device_are_parsed(agent: str, parsed: tuple[str | None, ...]) -> None:
    assert parse_agent(agent) == parsed


@pytest.mark.parametrize("agent", ["Firefox/" + "9" * 600, "x" * 512, "((((" * 128, "Mozilla/5.0 (" * 39])
def test_what_is_parsed_fits_its_columns(agent: str) -> None:
    assert all(part is None or len(part) <= 64 for part in parse_agent(agent))


def test_a_place_has_address_agent_and_request(bare: Flask) -> None:
    here = place(bare, REMOTE_ADDR="10.0.0.7", HTTP_USER_AGENT=FIREFOX)
    assert here == Client(
        ip="10.0.0.7", user_agent=FIREFOX, browser="Firefox 140", os="Linux", request_id="r1"
    )


def test_a_long_agent_is_cut(bare: Flask) -> None:
    assert len(place(bare, REMOTE_ADDR="::1", HTTP_USER_AGENT="x" * 9999).user_agent or "") == MAX_AGENT


def test_an_agent_has_no_nul(bare: Flask) -> None:
    assert place(bare, HTTP_USER_AGENT="Fire\0fox").user_agent == "Fire\N{REPLACEMENT CHARACTER}fox"


def test_no_agent_is_none(bare: Flask) -> None:
    assert place(bare, REMOTE_ADDR="::1").user_agent is None


def test_the_address_before_the_proxy_is_kept(bare: Flask) -> None:
    here = place(bare, REMOTE_ADDR="10.0.0.7", **{"werkzeug.proxy_fix.orig": {"REMOTE_ADDR": "192.0.2.1"}})
    assert (here.ip, here.peer_ip) == ("10.0.0.7", "192.0.2.1")


@pytest.mark.parametrize(
    "address", ["unknown", "", "10.0.0.7:", "2001:db8::7]:443", "_hidden", "\x00", "999.0.0.1"]
)
def test_what_is_no_address_is_not_kept(bare: Flask, address: str) -> None:
    assert place(bare, REMOTE_ADDR=address).ip is None


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("203.0.113.7:54321", "203.0.113.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
    ],
)
def test_an_address_with_a_port_is_an_address(bare: Flask, told: str, address: str) -> None:
    assert place(bare, REMOTE_ADDR=told).ip == address


def test_one_that_cannot_be_read_is_told_once(bare: Flask, caplog: pytest.LogCaptureFixture) -> None:
    for told in ("unknown", "_hidden"):
        assert place(bare, REMOTE_ADDR=told).ip is None
    assert caplog.text.count("cannot be read") == 1
    with bare.app_context():
        assert unreadable_address() == "unknown"
