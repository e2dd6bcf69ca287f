"""One export: its rows, its two entries, and how it breaks off."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import DBAPIError

from auth.events import Client, Subject
from dashboard.export import job as exports
from dashboard.export import progress
from dashboard.export.job import Export, Order
from dashboard.export.pipeline import rows
from dashboard.log.recorder import name_refs, query_ref
from dashboard.log.recording.query_words import words_behind
from dashboard.log.sealer import seal_all
from dashboard.query.language.selection import read_selection
from models import NotWritten, Outcome, Reason
from tests.support.actions import entries
from tests.support.book import NOW

EXPORT_ID = UUID(int=99)


pytestmark = pytest.mark.usefixtures("small_book")


def order(q="", form="jsonl"):
    selection = read_selection({"q": q}, ZoneInfo("UTC"), NOW, name_refs)
    return Order(
        export_id=EXPORT_ID,
        format=form,
        selection=selection,
        parameters={"q": q} if q else {},
        subject=Subject("audrey", 7),
        client=Client(ip="10.9.9.9"),
    )


def recorded():
    return [
        (row.outcome, row.reason, json.loads(row.detail)) for row in entries() if row.action == "log_export"
    ]


def test_the_sealed_rows_come_oldest_first_and_once(app):
    export = Export(order())
    lines = b"".join(export).decode().splitlines()
    assert [UUID(json.loads(line)["event_id"]).int for line in lines] == list(range(10, 0, -1))
    assert export.last_seq == 10
    assert export.rows == 10


def test_only_what_is_asked_for(app):
    assert len(b"".join(Export(order("since:4h"))).splitlines()) == 4


def test_rows_sealed_meanwhile_are_left_out(app):
    lines = iter(Export(order()))
    first = next(lines)
    seal_all()
    assert len((first + b"".join(lines)).splitlines()) == 10


def test_start_and_end_are_recorded(app):
    export = Export(order("user:alice"))
    (start,) = recorded()
    ref = query_ref("user:alice").hex()
    assert start == (
        "success",
        None,
        {
            "export_id": str(EXPORT_ID),
            "format": "jsonl",
            "last_seq": 10,
            "q_ref": query_ref("user:alice").hex(),
            "stage": "start",
        },
    )
    assert words_behind(ref) == "user:alice"
    list(export)
    export.close()
    _, end = recorded()
    assert end == ("success", None, start[2] | {"stage": "end", "rows": 10})


@pytest.mark.parametrize("taken", [0, None])
def test_a_stream_needs_no_context_of_its_own(app, taken):
    export = Export(order("user:alice"))

    def sent():
        lines = list(islice(export, taken))
        export.close()
        return lines

    with ThreadPoolExecutor(1) as pool:  # a server sends it when the request's context is gone
        assert bool(pool.submit(sent).result()) == (taken is None)
    start, end = recorded()
    assert end[:2] == (("success", None) if taken is None else ("failure", "aborted"))
    assert end[2]["q_ref"] == start[2]["q_ref"]


def test_an_empty_export_has_its_header_and_two_entries(app):
    assert b"".join(Export(order("user:nobody", "csv"))).count(b"\r\n") == 1
    assert b"".join(Export(replace(order("user:nobody"), export_id=UUID(int=100)))) == b""
    assert [detail.get("rows") for _, _, detail in recorded()] == [None, 0, None, 0]


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_an_export_that_is_left_is_recorded_as_aborted(app, taken):
    export = Export(order())
    lines = iter(export)
    for _ in range(taken):
        next(lines)
    lines.close()
    export.close()
    export.close()
    _, (outcome, reason, detail) = recorded()
    assert (outcome, reason) == (Outcome.FAILURE, Reason.ABORTED)
    assert detail["rows"] == (0, 0, 2)[taken]  # the first three are two and the one that is not sealed


def test_a_failing_database_breaks_the_transfer(app, monkeypatch):
    def failing(*_):
        raise DBAPIError("SELECT", {}, Exception("gone"))
        yield

    monkeypatch.setattr(rows.Rows, "chunks", failing)
    export = Export(order())
    with pytest.raises(DBAPIError):
        list(export)
    export.close()
    assert [reason for _, reason, _ in recorded()] == [None, Reason.ABORTED]


def refuse(*_, **__):
    raise NotWritten("read-only")


def test_nothing_is_exported_when_its_start_cannot_be_recorded(app, monkeypatch):
    monkeypatch.setattr(exports, "write_transaction", refuse)
    with pytest.raises(NotWritten):
        Export(order())


def test_a_transfer_fails_when_its_end_cannot_be_recorded(app, monkeypatch, caplog):
    export = Export(order())
    monkeypatch.setattr(exports, "write_transaction", refuse)
    with pytest.raises(NotWritten):
        list(export)
    export.close()
    assert "could not be recorded" in caplog.text


def test_one_that_is_cancelled_at_the_last_moment_is_no_success(app):
    export = Export(order())
    lines = iter(export)
    next(lines)
    progress.cancel(EXPORT_ID, 7)
    with pytest.raises(progress.Cancelled):
        list(lines)
    export.close()
    assert [reason for _, reason, _ in recorded()] == [None, Reason.ABORTED]
    assert progress.find(EXPORT_ID, 7).state == "cancelled"
