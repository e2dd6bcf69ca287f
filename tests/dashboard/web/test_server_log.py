"""The server's own log."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import text

from dashboard.web import server_log
from dashboard.web.server_log import MAX_LINES, MAX_MESSAGE_LENGTH, LineLimit, visible
from models import db
from tests.support.actions import AuthActions
from tests.support.servers.gatehouse import serving

#: What ends a line somewhere, colours a terminal or turns its text around.
SIGNS = [
    "\n",
    "\r",
    "\x0b",
    "\x0c",
    "\x1b[31m",
    "\x85",
    "\u2028",
    "\u2029",
    "\x00",
    "\x7f",
    "\x9b2J",
    "\u202e",
    "\u2066",
]


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger with a handler of anybody's, and what it wrote."""
    server_log.init_app()
    written, logger = io.StringIO(), logging.getLogger("tests.logs")
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger.addHandler(handler)
    yield logger, written
    logger.removeHandler(handler)


@pytest.mark.parametrize("sign", SIGNS)
def test_nothing_unseen_gets_into_a_line(log: tuple[logging.Logger, io.StringIO], sign: str) -> None:
    logger, written = log
    logger.error("a %s and %s", f"b{sign}c", {"d": sign})
    assert written.getvalue().count("\n") == 1
    assert sign not in written.getvalue().removesuffix("\n")


@pytest.mark.parametrize("sign", SIGNS)
def test_a_traceback_begins_no_line_of_its_own(log: tuple[logging.Logger, io.StringIO], sign: str) -> None:
    logger, written = log
    try:
        raise ValueError(f"x{sign}2026 ERROR forged")
    except ValueError:
        logger.exception("it failed")
    first, *others = written.getvalue().rstrip("\n").split("\n")
    assert first == "ERROR it failed"
    assert [line for line in others if not line.startswith("  ") or sign in line] == []
    assert "ValueError" in written.getvalue()


def test_what_can_be_seen_stays() -> None:
    assert (
        visible("Zoë 李娜 ليلى 😀 ~\N{COMBINING ACUTE ACCENT}")
        == "Zoë 李娜 ليلى 😀 ~\N{COMBINING ACUTE ACCENT}"
    )


def test_a_line_has_an_end(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.error("%s", "x" * 100_000)
    assert len(written.getvalue()) < MAX_MESSAGE_LENGTH + 100


@pytest.mark.parametrize("path", ["/%s", "/login%s", "/admin/%s"])
def test_a_path_forges_no_line_during_an_outage(
    sqlite_app: Flask, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    AuthActions(sqlite_app.test_client()).login("nobody")
    client = sqlite_app.test_client()
    with client.session_transaction() as held:
        held["_user_id"] = "x"
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE user_session RENAME TO away"))
    assert client.get(path % "%0A2026%20ERROR%20forged%1B[2J%E2%80%A8").status_code == 503
    [line] = [line for line in caplog.text.splitlines() if "forged" in line]
    assert "\\n2026 ERROR forged\\x1b[2J\\u2028" in line


def test_one_place_writes_so_many_lines_and_shuts_out_no_other(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, written = log
    logger.handlers[0].addFilter(LineLimit())
    for number in range(MAX_LINES * 3):
        logger.error("bad request %d", number)
    logger.error("something else")
    assert written.getvalue().count("bad request") == MAX_LINES
    assert written.getvalue().count("something else") == 1


def test_a_loss_is_always_told(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.handlers[0].addFilter(LineLimit())
    for number in range(MAX_LINES + 5):
        logger.error("%d are lost", number, extra={"is_loss": True})
    assert len(written.getvalue().splitlines()) == MAX_LINES + 5


def test_what_was_held_back_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    pace, clock = LineLimit(), [0.0]
    monkeypatch.setattr("dashboard.web.server_log.time.monotonic", lambda: clock[0])

    def line() -> str | None:
        record = server_log.Record("x", logging.ERROR, "file.py", 7, "bad %s", ("request",), None)
        return record.getMessage() if pace.filter(record) else None

    assert [line() for _ in range(MAX_LINES + 5)] == ["bad request"] * MAX_LINES + [None] * 5
    clock[0] = 61.0
    assert line() == "bad request (after 5 more like it)"
    assert line() == "bad request"


def test_malformed_requests_do_not_fill_the_disk(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as site:
        for _ in range(MAX_LINES * 2):
            assert requests.get(site.url, headers={"X-Long": "x" * 9000}).status_code == 431
        assert site.server.log.read_text().count("\n") <= MAX_LINES + 5
