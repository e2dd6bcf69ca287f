"""Every context that is opened is closed: after sign-ins, errors, streams cut short and lost viewers."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import flask
import pytest
import requests
from blinker import Signal
from flask import Flask

from dashboard.log.sealer import seal_all
from dashboard.watch.sends import counters_of
from models import Role
from tests.support.actions import AuthActions, make_user, signed_in
from tests.support.app import running
from tests.support.book import entry, store
from tests.support.servers.gatehouse import Site, serving
from tests.support.viewer import Wire
from tests.support.waiting import wait_until

PAIRS = [
    (flask.appcontext_pushed, flask.appcontext_popped),
    (flask.appcontext_pushed, flask.appcontext_tearing_down),
    (flask.request_started, flask.request_tearing_down),
    (flask.request_started, flask.request_finished),
]


def total(app: Flask, signal: Signal) -> int:
    """Return how often a signal was sent for ``app``."""
    counters = counters_of(app)
    assert counters
    return counters[signal.name].counts().total  # type: ignore[attr-defined]


def is_open(app: Flask) -> list[int]:
    """Return how much is open of each pair."""
    return [total(app, begin) - total(app, end) for begin, end in PAIRS]


def auditor(app: Flask) -> AuthActions:
    """Return the browser of an auditor with something to export."""
    make_user("audrey", Role.AUDITOR)
    store([entry(number) for number in range(1, 400)])
    seal_all()
    browser = AuthActions(app.test_client())
    browser.login("audrey")
    return browser


def fails(**_: object) -> str:
    """Stand in for a page that fails."""
    raise KeyError


def test_all_is_closed_after_sign_ins_failures_and_errors(app: Flask) -> None:
    before = is_open(app)
    browser = auditor(app)
    AuthActions(app.test_client()).login("audrey", "wrong")
    app.test_client().post("/login", data={"username": "audrey"})
    browser.client.get("/nowhere")
    app.view_functions["users.user"] = fails
    assert browser.client.get("/admin/users/1").status_code == 500
    browser.logout()
    assert is_open(app) == before


@pytest.mark.parametrize("chunks", [0, 1, 10**9])
def test_all_is_closed_after_a_stream_wherever_it_is_cut(app: Flask, chunks: int) -> None:
    before, browser = is_open(app), auditor(app)
    form = {"q": "", "format": "csv", "csrf_token": browser.token("/account")}
    answer = browser.client.post("/admin/logins/export", data=form, buffered=False)
    for _, _chunk in zip(range(chunks), answer.response, strict=False):
        pass
    answer.close()
    assert is_open(app) == before


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[Site]:
    """A running server with one viewer, ``vera``."""
    (tmp_path / "site.db").write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{tmp_path / 'site.db'}"
    with running(url) as app:
        make_user("vera", Role.AUDITOR)
        store([entry(number) for number in range(1, 5000)])
        assert app
    with serving(url, tmp_path) as site:
        yield site


def test_a_server_has_none_open_when_nothing_is_done(site: Site) -> None:
    cookie = signed_in(site.url, "vera")
    headers = {"Cookie": cookie}

    def told() -> dict[str, Any]:
        answer = requests.get(f"{site.url}/admin/signals/data", headers=headers, timeout=30)
        return dict(answer.json())

    token = re.search(r'name="csrf-token" content="([^"]+)"', _page(site, headers))
    assert token
    form = {"q": "", "format": "csv", "csrf_token": token[1]}
    post = {"headers": headers, "data": form, "stream": True, "timeout": 30}
    for _ in range(3):
        with requests.post(f"{site.url}/admin/logins/export", **post) as cut:  # type: ignore[arg-type]
            assert cut.status_code == 200
            assert next(cut.iter_content(100))
        with closing(Wire(site.url, cookie).join()) as wire:
            wire.ask({"epoch": "", "cursor": 0, "limit": 10})
            wire.hear()
        with closing(Wire(site.url, cookie).join()) as lost:
            lost.cut()

    def only_this_one() -> bool:
        signals = told()["signals"]
        pushed, popped = (signals[f"appcontext-{what}"]["total"] for what in ("pushed", "popped"))
        return int(pushed) - int(popped) == 1

    wait_until(only_this_one, "the request that asks has the only context")
    wait_until(lambda: told()["state"].endswith("contexts open now: 1"), "the page says so")


def _page(site: Site, headers: dict[str, str]) -> str:
    return requests.get(f"{site.url}/admin/logins/", headers=headers, timeout=30).text
