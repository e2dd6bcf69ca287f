"""A viewer that sends what it should not is cut off, told of once, and leaves nothing behind."""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from models import Role
from tests.support.actions import AuthActions, make_user, signed_in
from tests.support.app import running
from tests.support.servers.gatehouse import Site, serving
from tests.support.viewer import LOST, Wire

ENOUGH = 2000
UPGRADE = "/socket.io/?EIO=4&transport=websocket"


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running server with one viewer, ``vera``."""
    folder = tmp_path_factory.mktemp("odd clients")
    (folder / "site.db").write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{folder / 'site.db'}"
    with running(url):
        make_user("vera", Role.VIEWER)
    with serving(url, folder) as site:
        yield site


@pytest.mark.parametrize(
    "opening",
    [
        '451000000000-/live,["since",{"_placeholder":true,"num":0}]',
        '451-/live,["since",{"_placeholder":true,"num":0}]',
        "4hello",
    ],
)
def test_who_announces_bytes_or_talks_nonsense_is_cut_off_once(site: Site, opening: str) -> None:
    told = site.server.log.read_text().count("is cut off")
    with closing(Wire(site.url, signed_in(site.url, "vera")).join()) as wire:
        wire.send(opening)
        with suppress(*LOST):
            for _ in range(ENOUGH):
                wire.socket.send_binary(bytes(16_000))
            while True:  # until the server hangs up
                wire.socket.recv()
    assert site.server.log.read_text().count("is cut off") == told + 1


def test_the_handshake_knows_who_asks_behind_a_proxy(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with running(sqlite_url, trusted_proxies=1, public_url="https://book.example") as app:
        headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        proxy = {"REMOTE_ADDR": "10.0.0.1"}
        assert app.test_client().get(UPGRADE, headers=headers, environ_base=proxy).status_code == 401
    (line,) = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert "client 203.0.113.9" in line


def test_the_feed_is_open_to_the_site_s_own_pages_behind_a_proxy(sqlite_url: str) -> None:
    with running(sqlite_url, trusted_proxies=1) as app:
        make_user("vera", Role.VIEWER)
        browser = AuthActions(app.test_client())
        browser.login("vera")
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "book.example"}
        asked = {
            origin: headers | {"Origin": origin}
            for origin in ("https://book.example", "https://evil.example")
        }
        polling = "/socket.io/?EIO=4&transport=polling"  # let through, and refused as no websocket
        found = [browser.client.get(polling, headers=asked[origin]).status_code for origin in asked]
        assert found == [400, 403]
