"""What a proxy tells as an address: it is read, or told to be unreadable, and never a shared count."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.support.actions import AuthActions, entries, make_user
from tests.support.app import running


@pytest.fixture
def site(database_url: str) -> Iterator[Flask]:
    """The app behind a proxy."""
    with running(database_url, trusted_proxies=1) as app:
        yield app


def behind(app: Flask, told: str) -> AuthActions:
    """Return a browser whose proxy tells this address."""
    auth = AuthActions(app.test_client())
    auth.client.environ_base["HTTP_X_FORWARDED_FOR"] = told
    return auth


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("203.0.113.7:54321", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7:54321", "203.0.113.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("[::ffff:203.0.113.7]:443", "203.0.113.7"),
    ],
)
def test_an_address_with_a_port_is_recorded(site: Flask, told: str, address: str) -> None:
    behind(site, told).login("nobody", "wrong")
    assert [entry.ip for entry in entries()] == [address]


def test_another_port_is_no_other_address(site: Flask) -> None:
    answers = [behind(site, f"203.0.113.7:{port}").login("nobody", "wrong") for port in range(5000, 5021)]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429]


def test_an_unreadable_address_is_told_to_staff(site: Flask) -> None:
    make_user("audrey", role="auditor")
    behind(site, "unknown").login("nobody", "wrong")
    staff = behind(site, "203.0.113.7")
    staff.login("audrey")
    page = staff.client.get("/admin/").text
    assert "The proxy tells addresses that cannot be read, such as &#39;unknown&#39;." in page
    health = site.test_client().get("/readyz").json
    assert health and health["degraded"] == ["proxy"]
