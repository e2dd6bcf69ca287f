"""The two forms of the server's log, and the number of a request in them."""

import io
import json
import logging
import re
import socket
import sqlite3
import threading
import warnings
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import make_url, select

from dashboard.web import server_log
from dashboard.web.log_lines import LINES
from models import LoginLog, db
from tests.dashboard.web.test_server_log import SIGNS
from tests.support.actions import AuthActions
from tests.support.app import running
from tests.support.servers.gatehouse import Site, serving
from tests.support.waiting import wait_until

NUMBER = re.compile(r"r[0-9a-f]{16}")
FORMS = sorted(LINES)


class Written:
    """A logger, and what it wrote in one form."""

    def __init__(self, form: str) -> None:
        server_log.init_app()
        self.stream, self.logger = io.StringIO(), logging.getLogger(f"tests.lines.{form}")
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(LINES[form]())
        self.logger.addHandler(self.handler)
        self.logger.propagate = False

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().rstrip("\n").split("\n")]


@pytest.fixture(params=FORMS)
def written(request: pytest.FixtureRequest) -> Iterator[Written]:
    """What is written in each form."""
    written = Written(request.param)
    yield written
    written.logger.removeHandler(written.handler)


@pytest.fixture
def as_json() -> Iterator[Written]:
    """What is written as JSON."""
    written = Written("json")
    yield written
    written.logger.removeHandler(written.handler)


def test_an_object_has_time_level_logger_and_message(as_json: Written) -> None:
    as_json.logger.warning("it is %s", "late")
    [told] = as_json.objects
    assert {name: told[name] for name in told if name != "time"} == {
        "level": "WARNING",
        "logger": "tests.lines.json",
        "message": "it is late",
    }
    assert datetime.fromisoformat(told["time"]).utcoffset() is not None


@pytest.mark.parametrize("sign", [*SIGNS, '"', "\\", "}\n{", "\ud800", "李娜", "😀"])
def test_nothing_that_somebody_sent_makes_another_line_or_field(as_json: Written, sign: str) -> None:
    try:
        raise ValueError(f'x{sign}", "level": "forged')
    except ValueError:
        as_json.logger.exception("a %s", f'{sign}", "level": "forged')
    [told] = as_json.objects
    assert set(told) == {"time", "level", "logger", "message", "exception"}
    assert told["level"] == "ERROR"
    assert "ValueError" in told["exception"] and "Traceback" in told["exception"]
    assert as_json.stream.getvalue().isascii()
    assert not set(told["message"]) & {"\n", "\r", "\u2028", "\x1b"}


def test_a_line_beyond_any_request_has_no_number(written: Written) -> None:
    written.logger.error("alone")
    assert not NUMBER.search(written.stream.getvalue())


def test_within_a_request_a_line_carries_its_number(sqlite_app: Flask, written: Written) -> None:
    @sqlite_app.before_request
    def tell() -> None:
        written.logger.error("within")

    answer = sqlite_app.test_client().get("/login")
    [line] = written.lines
    assert NUMBER.findall(line) == [answer.headers["X-Request-ID"]]


def test_so_does_one_of_the_thread_that_hashes(sqlite_app: Flask, written: Written, monkeypatch: Any) -> None:
    monkeypatch.setattr("auth.factors.hashing.HASH_TIME", Talking(written.logger))
    answer = AuthActions(sqlite_app.test_client()).login("nobody")
    assert NUMBER.findall(written.lines[-1]) == [answer.headers["X-Request-ID"]]


class Talking:
    """A measure that says that something was noted."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def note(self, **_: object) -> None:
        self._logger.error("hashed")


def test_a_client_does_not_choose_the_number(sqlite_app: Flask) -> None:
    answer = sqlite_app.test_client().get("/login", headers={"X-Request-ID": "forged"})
    assert NUMBER.fullmatch(answer.headers["X-Request-ID"])


def logged(site: Site, form: str) -> list[str]:
    """Return the numbers of requests in the log, by the field or the end of a line."""
    lines = site.server.log.read_text().splitlines()
    if form == "json":
        told = [json.loads(line) for line in lines if line.startswith("{")]
        return [one["request_id"] for one in told if "request_id" in one]
    return [found[1] for line in lines if (found := re.search(r" \[(r[0-9a-f]{16})\]$", line))]


@pytest.mark.parametrize("form", FORMS)
def test_page_header_entry_and_log_have_the_same_number(sqlite_url: str, tmp_path: Path, form: str) -> None:
    with serving(sqlite_url, tmp_path, log_format=form) as site, requests.Session() as browser:
        page = browser.get(f"{site.url}/login").text
        token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
        fields = {"username": "nobody", "password": "wrong wrong wrong", "csrf_token": token}
        with closing(sqlite3.connect(str(make_url(sqlite_url).database))) as lock:
            lock.execute("BEGIN IMMEDIATE")
            told = {"Accept": "application/problem+json"}
            answer = browser.post(f"{site.url}/login", fields, headers=told, timeout=30)
        assert answer.status_code == 503
        number = answer.headers["X-Request-ID"]
        assert answer.json()["request_id"] == number
        assert number in logged(site, form)
        with running(sqlite_url):
            wait_until(lambda: number in entered(), "the attempt is in the log under its number")
        assert_page(site, form)


def entered() -> list[str | None]:
    db.session.rollback()
    return list(db.session.scalars(select(LoginLog.request_id)))


def assert_page(site: Site, form: str) -> None:
    """A page for people shows the number as well."""
    answer = requests.get(f"{site.url}/metrics", headers={"Via": "x", "Accept": "text/html"}, timeout=30)
    number = answer.headers["X-Request-ID"]
    assert (answer.status_code, set(NUMBER.findall(answer.text))) == (403, {number})
    assert number in logged(site, form)


def test_every_line_on_stderr_is_an_object_when_they_are_wanted(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path, log_format="json") as site:
        host, port = site.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as client:
            client.sendall(b"GET / HTTP/9.9\r\nHost: x\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 400")
        requests.get(f"{site.url}/metrics", headers={"Via": "x"}, timeout=30)
        wait_until(lambda: "gunicorn.error" in site.server.log.read_text(), "gunicorn has told")
    lines = site.server.log.read_text().splitlines()
    told = [json.loads(line) for line in lines if not line.startswith("Gatehouse serves on ")]
    assert {one["logger"] for one in told} >= {"gunicorn.error", "dashboard.web.refusals"}


def test_warnings_and_what_ends_a_thread_are_lines_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    root, stream = logging.getLogger(), io.StringIO()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr("sys.stderr", stream)
    logging.captureWarnings(False)  # a command that ran in this process may have left it on
    server_log.init_app()
    try:
        server_log.to_stderr("json")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("an old way", stacklevel=1)
        thread = threading.Thread(target=[].pop, name="t\n1")
        thread.start()
        thread.join()
    finally:
        logging.captureWarnings(False)
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert "an old way" in told[0]["message"]
    assert told[1]["message"] == "thread t\\n1 ended"
    assert "IndexError" in told[1]["exception"]
