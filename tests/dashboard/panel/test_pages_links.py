"""The links of whole pages: each leads somewhere, and each that names a day names its zone."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.log.sealer import seal_all
from models import User
from tests.support.book import store, various

LIST = "/admin/logins/"
ENTRY = f"{LIST}{UUID(int=1)}"
HOSTILE = ["VALUE", "%", "%00", "&x=y", "#", "\u674e\u5a1c", '"', "*", "{n}", "x" * 900]


@pytest.fixture
def book(app: Flask, auditor: User) -> None:
    """A book with entries of all kinds."""
    store(various())
    seal_all()


def links(page: str) -> set[str]:
    """Return where the links of a page lead, but for sign-out and those within the page."""
    found = re.findall(r'(?:href|data-src)="(/[^"]*)"', page)
    return {unescape(href) for href in found if href.startswith("/admin")}


@pytest.mark.parametrize("name", ["size", "order", "q", "from", "to", "tz"])
def test_an_entry_opened_with_nonsense_leads_on(book: None, client: FlaskClient, name: str) -> None:
    for text in HOSTILE:
        page = client.get(ENTRY, query_string={name: text})
        leads = links(page.text)
        assert page.status_code == 200
        assert len(leads) > 10
        for address in leads - {"/admin/users/1"}:  # nobody's
            assert client.get(address).status_code == 200, (name, text, address)


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_a_list_of_a_hostile_name_leads_on(book: None, client: FlaskClient, text: str) -> None:
    quoted = text.replace('"', '\\"')
    page = client.get(LIST, query_string={"q": f'-user:"{quoted}"', "size": "20", "from": "2026-11-01"})
    for address in links(page.text):
        assert client.get(address).status_code == 200, address
        if address.startswith(f"{LIST}?q") and "user" not in address:
            assert dict(parse_qsl(urlsplit(address).query))["size"] == "20"


@pytest.mark.parametrize("zone", ["Asia/Shanghai", None])
@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        LIST,
        f"{LIST}?q=on:2026-11-22",
        f"{LIST}?from=2026-11-20&to=2026-11-23",
        f"{LIST}histogram?from=2026-11-20&to=2026-11-23",
        f"{ENTRY}?from=2026-11-20&to=2026-11-23",
        f"{ENTRY}?q=-on:2026-11-20",
        "/admin/live/",
        "/admin/users/",
        "/admin/users/1",
    ],
)
def test_a_day_in_a_link_names_its_zone(
    book: None, client: FlaskClient, auditor: User, path: str, zone: str | None
) -> None:
    client.set_cookie("tz", "America/New_York")
    asked = dict(parse_qsl(urlsplit(path).query)) | ({"tz": zone} if zone else {})
    page = client.get(urlsplit(path).path.replace("users/1", f"users/{auditor.id}"), query_string=asked)
    assert page.status_code == 200
    for address in links(page.text):
        told = dict(parse_qsl(urlsplit(address).query))
        if {"from", "to"} & told.keys() or re.search(r"\bon:", told.get("q", "")):
            assert told["tz"] == (zone or "America/New_York"), address


def test_what_is_exported_names_its_zone(book: None, client: FlaskClient) -> None:
    client.set_cookie("tz", "America/New_York")
    page = client.get(LIST, query_string={"q": "on:2026-11-22"}).text

    assert '<input type="hidden" name="tz" value="America/New_York">' in page


def test_a_link_with_a_day_means_the_same_to_everybody(book: None, client: FlaskClient) -> None:
    client.set_cookie("tz", "Asia/Shanghai")
    today = next(href for href in links(client.get(LIST).text) if "q=on:" in href)
    here = client.get(today).text
    client.set_cookie("tz", "America/New_York")

    assert re.findall("<tr data-event.*", client.get(today).text) == re.findall("<tr data-event.*", here)
    assert "tz=Asia/Shanghai" in today
