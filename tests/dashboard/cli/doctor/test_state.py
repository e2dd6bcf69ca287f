"""What ``doctor`` says of the log: what waits, totals, and the server that runs."""

import http.server
import shutil
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
import requests
from flask import Flask
from sqlalchemy import delete

from dashboard.cli.doctor.state import _host
from dashboard.log.sealer import seal_all
from models import LoginLog, LoginTotal, write_transaction
from models.clock import now
from models.stream_head import ENCODING
from tests.dashboard.cli.conftest import Run, on
from tests.dashboard.cli.doctor.test_command import report
from tests.dashboard.proof.verify.tampering import HEAD, changed, sealed_book
from tests.support.app import running
from tests.support.book import entry, store
from tests.support.servers.gatehouse import Site, keys, serving
from tests.support.waiting import wait_until


class Rude(http.server.BaseHTTPRequestHandler):
    """A program that is none of ours."""

    def do_GET(self) -> None:
        """Answer something."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def hour_old(number: int) -> LoginLog:
    """Return an entry that is an hour old and not sealed."""
    return entry(number, occurred_at=now() - timedelta(hours=1))


def test_entries_that_nobody_seals_are_bad(app: Flask, manage: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.cli.doctor.state.SECOND_LOOK", 0)
    store([hour_old(1), hour_old(2)])
    code, parts = report(manage)
    assert (code, parts["sealing"][0]) == (1, "bad")
    assert parts["sealing"][1].startswith("2 entries are not sealed, the oldest for 60 min: ")


def test_late_entries_that_are_just_being_sealed_are_ok(
    app: Flask, manage: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.cli.doctor.state.sleep", lambda _: seal_all())
    store([hour_old(1)])
    assert report(manage)[1]["sealing"] == ("ok", "all entries are sealed")


def test_what_an_operator_does_is_sealed_without_a_server(manage: Run) -> None:
    manage("create-admin", "root")
    manage("reset-password", "root")
    manage("erase-user", "root")
    assert report(manage)[1]["sealing"] == ("ok", "all entries are sealed")


def test_totals_that_are_gone_are_bad_until_made_again(app: Flask, manage: Run) -> None:
    sealed_book()
    assert report(manage)[1]["totals"] == ("ok", "12 entries counted")
    write_transaction(lambda session: session.execute(delete(LoginTotal)))
    code, parts = report(manage)
    assert (code, parts["totals"][0]) == (1, "bad")
    assert "they count 0 entries of 12: run `python manage.py rebuild totals`" in parts["totals"][1]
    manage("rebuild", "totals")
    assert report(manage)[1]["totals"] == ("ok", "12 entries counted")


def port_of(site: Site) -> str:
    """Return the port of a running site."""
    return site.url.rsplit(":", 1)[1]


def test_a_server_that_runs_is_asked(sqlite_url: str, tmp_path: Path) -> None:
    ask = partial(report, on(sqlite_url))
    assert ask()[1]["server"][1].startswith("none runs on http://127.0.0.1:")
    with serving(sqlite_url, tmp_path) as site:
        assert ask(port=port_of(site))[1]["server"] == ("ok", f"{site.url} is ready")


def test_a_thread_of_a_running_server_that_fails_is_bad(
    app: Flask, manage: Run, database_url: str, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path) as site:
        notes = partial(keys()["checkpoint_dir"].glob, "*.note")
        wait_until(lambda: any(notes()), "the first checkpoint was taken")
        changed(HEAD, HEAD.c.id == 1, encoding=ENCODING + 1)
        store([entry(1, occurred_at=now())])
        readyz = partial(requests.get, f"{site.url}/readyz", timeout=10)
        wait_until(lambda: readyz().json().get("degraded") == ["sealer"], "the sealer fails")
        code, parts = report(manage, port=port_of(site))
        assert readyz().status_code == 200
        changed(HEAD, HEAD.c.id == 1, encoding=ENCODING)
        wait_until(lambda: readyz().json()["status"] == "ok", "the sealer works again")
    assert (code, parts["server"][0]) == (1, "bad")
    assert "sealer: failing for" in parts["server"][1]
    assert "UnknownEncoding" in parts["server"][1]
    log = (tmp_path / "gatehouse.log").read_text()
    assert (log.count("Traceback"), log.count("sealer works again after")) == (1, 1)


def test_addresses_that_a_running_server_cannot_read_are_bad(
    database_url: str, manage: Run, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path, trusted_proxies=1) as site:
        page = requests.get(f"{site.url}/register", headers={"X-Forwarded-For": "hidden"}, timeout=10)
        data = {"csrf_token": page.text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]}
        told = {"headers": {"X-Forwarded-For": "hidden"}, "cookies": page.cookies, "timeout": 10}
        for _ in range(2):
            assert requests.post(f"{site.url}/register", data=data, **told).status_code == 400
        code, parts = report(manage, port=port_of(site))
    assert (code, parts["server"][0]) == (1, "bad")
    assert "proxy: addresses of clients cannot be read, such as 'hidden'" in parts["server"][1]
    assert (tmp_path / "gatehouse.log").read_text().count("a client's address cannot be read") == 1


def test_a_server_of_another_log_is_told_apart(
    sqlite_url: str, sqlite_template: Path, tmp_path: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "other.db")
    with running(sqlite_url):
        changed(HEAD, HEAD.c.id == 1, epoch="e" * 32)
    with serving(f"sqlite:///{tmp_path / 'other.db'}", tmp_path) as site:
        told = report(on(sqlite_url), port=port_of(site))[1]["server"]
    assert told == ("ok", f"a Gatehouse with another log answers on {site.url}")


def test_another_program_on_the_port_is_told_apart(sqlite_url: str) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Rude) as other:
        thread = Thread(target=other.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        told = report(on(sqlite_url), port=other.server_port)[1]["server"]
        other.shutdown()
        thread.join(10)
    assert told == ("ok", f"another program answers on http://127.0.0.1:{other.server_port}")


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("::1", "[::1]"),
        ("10.0.0.5", "10.0.0.5"),
        ("gate.example", "gate.example"),
    ],
)
def test_it_asks_where_the_server_listens(host: str, asked: str) -> None:
    assert _host(host) == asked
