"""docs/extending.md is true: its own examples are run, and do what it says."""

import logging
import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.background import schedule
from dashboard.export.formats import FORMATS
from dashboard.log.recorder import name_refs
from dashboard.log.sealer import seal_all
from dashboard.panel.parts.vocabulary import vocabulary
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.filters import FILTERS
from dashboard.query.language.selection import read_selection
from dashboard.query.reading.keyset import Keyset
from dashboard.signals import entry_recorded
from models import LoginLog, Role, db
from tests.support.actions import AuthActions, make_user
from tests.support.app import build
from tests.support.book import NOW, entry, store
from tests.support.servers.gatehouse import ROOT
from tests.support.waiting import wait_until

TEXT = (ROOT / "docs" / "extending.md").read_text()
#: Lines of code that an example takes at most, imports apart.
LONGEST = 10


def examples(name: str) -> list[str]:
    """Return the code of an example, in its parts."""
    return re.findall(rf"^```python {name}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def run(name: str, **given: Any) -> dict[str, Any]:
    """Run an example and return what it has defined."""
    names = dict(given)
    for code in examples(name):
        exec(compile(code, f"docs/extending.md {name}", "exec"), names)
    return names


@pytest.fixture(autouse=True)
def registries() -> Iterator[None]:
    """Nothing that an example adds stays."""
    filters, formats = dict(FILTERS), dict(FORMATS)
    yield
    for registry, before in ((FILTERS, filters), (FORMATS, formats)):
        registry.clear()
        registry.update(before)


@pytest.mark.parametrize("name", ["filter", "format", "page", "receiver"])
def test_an_example_is_short(name: str) -> None:
    lines = [line for code in examples(name) for line in code.splitlines() if line.strip()]
    lines = [line for line in lines if not re.match("from|import", line)]
    assert 0 < len(lines) <= LONGEST


def test_a_filter(app: Flask) -> None:
    run("filter")
    store([entry(1, os="Windows"), entry(2, os="Linux")])
    selection = read_selection({"q": "-os:Windows"}, ZoneInfo("UTC"), NOW, name_refs)
    keyset = Keyset(select(LoginLog.__table__), compile_selection(selection))
    assert [row.os for row in keyset.rows(db.session(), None, 9, descending=True)] == ["Linux"]
    with app.test_request_context():
        assert vocabulary()[-1]["name"] == "os"


def test_a_format(app: Flask) -> None:
    run("format")
    store([entry(1), entry(2)])
    seal_all()
    audrey = make_user("audrey", Role.AUDITOR)
    browser = AuthActions(app.test_client())
    browser.login(audrey.username)
    seal_all()
    token = browser.token("/admin/logins/")
    answer = browser.client.post("/admin/logins/export", data={"csrf_token": token, "format": "text"})
    assert answer.mimetype == "text/plain"
    assert len(answer.data.splitlines()) == 3


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 200), (Role.VIEWER, 403), (None, 302)])
def test_a_page(sqlite_url: str, role: Role | None, status: int) -> None:
    app = build(sqlite_url)
    with app.app_context():
        run("page", admin=app.extensions["admin"][0])
        browser = AuthActions(app.test_client())
        if role:
            make_user("paula", role)
            browser.login("paula")
        answer = browser.client.get("/admin/devices/")
        assert answer.status_code == status
        if role:
            assert ("/admin/devices/" in browser.client.get("/admin/").text) == (status == 200)


def test_a_receiver(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    greet = run("receiver")["greet"]
    try:
        schedule.start(app)
        with caplog.at_level(logging.WARNING):
            AuthActions(app.test_client()).login("nobody")
            wait_until(lambda: "entry 0" in caplog.text, "the receiver hears of the entry")
    finally:
        schedule.stop(app)
        entry_recorded.disconnect(greet)
