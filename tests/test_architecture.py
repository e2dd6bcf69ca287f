"""docs/architecture.md leads a stranger where the code really goes."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.log.sealer import seal_all
from models import Role
from tests.support.actions import PASSWORD, AuthActions, make_user
from tests.support.servers.gatehouse import ROOT
from tests.support.trace import Trace, traced

TEXT = (ROOT / "docs" / "architecture.md").read_text()
LIST = "/admin/logins/?q=user:alice&tz=UTC"
#: Files of ours that run on the way: what has to be read to follow it to the last line.
SIGN_IN, FILTERED_LIST, CSV_MORE = 40, 43, 20


def stops(section: str) -> list[str]:
    """Return the stops of a journey, as ``file:function``."""
    (text,) = re.findall(rf"^## {section}.*?\n(.*?)(?=^## )", TEXT, re.DOTALL | re.MULTILINE)
    return re.findall(r"^\d+\. `([^`]+)`", text, re.MULTILINE)


def order_of(trace: Trace, names: list[str]) -> list[str]:
    """Return those of ``names`` that ran, in the order of their first calls."""
    return [call for call in trace.calls if call in names]


@pytest.fixture
def admin(sqlite_app: Flask) -> FlaskClient:
    """Somebody who may see everything, and has seen the list once."""
    make_user("alice", Role.ADMIN)
    browser = AuthActions(sqlite_app.test_client())
    browser.login("alice")
    seal_all()
    browser.client.get(LIST)
    return browser.client


def sign_in(app: Flask) -> Trace:
    """Sign somebody in, and have the entry sealed as the sealer's thread does."""
    browser = AuthActions(app.test_client())
    fields = {"csrf_token": browser.token(), "username": "alice", "password": PASSWORD}
    with traced() as trace:
        assert browser.client.post("/login", data=fields).status_code == 302
    return trace


def csv(client: FlaskClient) -> Callable[[], bytes]:
    """Return what exports the list."""
    page = client.get("/admin/logins/").get_data(as_text=True)
    (token,) = set(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page))
    fields = {"csrf_token": token, "q": "user:alice", "format": "csv"}
    return lambda: client.post("/admin/logins/export", data=fields | {"export_id": str(uuid4())}).data


def test_a_sign_in_comes_by_every_stop_in_their_order(sqlite_app: Flask, admin: FlaskClient) -> None:
    *before, sealing = stops("A sign-in")
    assert len(before) + 1 <= 12
    assert order_of(sign_in(sqlite_app), before) == before
    with traced() as trace:
        assert seal_all() == 1
    assert sealing in trace.calls


def test_a_filter_comes_by_every_stop_in_their_order(admin: FlaskClient) -> None:
    wanted = stops("A filter")
    assert len(wanted) <= 12
    with traced() as trace:
        assert admin.get(LIST).status_code == 200
    assert order_of(trace, wanted) == wanted


def test_few_files_run_on_the_way(sqlite_app: Flask, admin: FlaskClient) -> None:
    export = csv(admin)
    export()
    signing_in = sign_in(sqlite_app)
    with traced() as listing:
        admin.get(LIST)
    with traced() as exporting:
        assert export().count(b"\r\n") > 1
    counts = len(signing_in.files), len(listing.files), len(exporting.files - listing.files)
    for count, limit in zip(counts, (SIGN_IN, FILTERED_LIST, CSV_MORE), strict=True):
        assert count <= limit, counts


@pytest.mark.parametrize(
    "place", sorted(set(re.findall(r"`((?:auth|dashboard|models)/[\w/]+\.py:[\w.]+)`", TEXT)))
)
def test_what_it_names_is_there(place: str) -> None:
    file, _, name = place.partition(":")
    source = (ROOT / file).read_text()
    assert re.search(rf"^\s*(?:def|class) {name.split('.')[-1]}\b|^{name}\b", source, re.MULTILINE)


@pytest.mark.parametrize("file", sorted(set(re.findall(r"`((?:\w+/)+\w+\.(?:py|js|html))", TEXT))))
def test_each_file_it_names_is_there(file: str) -> None:
    assert (ROOT / file).is_file()


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert len(links) > 3
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_the_glossary_has_twenty_words() -> None:
    (table,) = re.findall(r"^## Glossary\n\n(.*?)\n\n", TEXT, re.DOTALL | re.MULTILINE)
    assert len(table.splitlines()) - 2 == 20


def test_each_job_has_one_mechanism() -> None:
    (table,) = re.findall(r"^## One job, one mechanism\n\n(.*?)\n*\Z", TEXT, re.DOTALL | re.MULTILINE)
    assert len(table.splitlines()) - 2 >= 16
