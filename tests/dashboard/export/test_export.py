"""One export: its rows, its two entries, and how it breaks off."""

import json
import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import DBAPIError

from auth.events import Person, Place
from dashboard.export import export as exports
from dashboard.export import formats, progress, rows
from dashboard.export.export import Export, Order
from dashboard.export.formats import FORMATS
from dashboard.export.gather import Cut
from dashboard.query.compile import compile_selection
from dashboard.query.selection import read_selection
from dashboard.stream.recorder import name_ref
from dashboard.stream.sealer import seal_all
from models import NotWritten, Outcome, Reason, db
from tests.actions import entries
from tests.dashboard.book import NOW, entry, store

EXPORT_ID = UUID(int=99)


@pytest.fixture(autouse=True)
def book(app, monkeypatch):
    monkeypatch.setattr(rows.Rows.chunks, "__defaults__", (3, 3))
    store(entry(number) for number in range(1, 11))
    seal_all()
    store([entry(11)])


def order(q="", form="jsonl"):
    selection = read_selection({"q": q}, ZoneInfo("UTC"), NOW)
    return Order(
        export_id=EXPORT_ID,
        format=form,
        selection=selection,
        asked={"q": q} if q else {},
        person=Person("audrey", 7),
        place=Place(ip="10.9.9.9"),
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
    assert start == (
        "success",
        None,
        {"export_id": str(EXPORT_ID), "format": "jsonl", "last_seq": 10, "q": "user:alice", "stage": "start"},
    )
    list(export)
    export.close()
    _, end = recorded()
    assert end == ("success", None, start[2] | {"stage": "end", "rows": 10})


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


def sealed(q=""):
    return rows.Rows(compile_selection(order(q).selection, name_ref), 10**6, FORMATS["csv"])


@pytest.mark.parametrize("size", [50, 1_000])  # of the whole book, ids are side by side
@pytest.mark.parametrize(
    "q", ["", "user:alice", "outcome:failure", "ip:10.0.0.0/8", "ip:10.0.0.7 agent:firefox"]
)
def test_lines_of_many_chunks_come_by_time_and_id(app, q, size):
    numbers = random.Random(q).sample(range(1_000, 9_000), 600)
    store(
        entry(
            number,
            known=number % 3 > 0,
            occurred_at=NOW - timedelta(seconds=number // 4),  # some at the same time
            ip=f"10.0.0.{number % 2 + 7}" if number % 5 else "192.0.2.1",
            browser="Firefox 145" if number % 7 else "Safari 19",
            outcome=Outcome.FAILURE if number % 2 else Outcome.SUCCESS,
        )
        for number in numbers
    )
    seal_all()
    found = list(sealed(q).chunks(db.engine, size=size))
    lines = b"".join(chunk.lines for chunk in found).decode().splitlines()
    exported = [int(line.split(",")[0]) for line in lines]
    book = {row.seq: (row.occurred_at, row.id) for row in entries()}
    assert exported == sorted(set(exported), key=book.__getitem__)
    assert len(exported) == sum(chunk.rows for chunk in found) > 200


def test_chunks_keep_no_transaction_open(app, monkeypatch):
    left = []

    def made_ahead(work, source):
        for one in source:
            left.append(db.engine.pool.checkedout())
            yield work(one)
            left.append(db.engine.pool.checkedout())
            store([entry(100 + len(left))])

    monkeypatch.setattr(rows, "made_ahead", made_ahead)
    assert sum(chunk.rows for chunk in sealed().chunks(db.engine)) == 10
    assert len(left) > 6
    assert set(left) == {0}


def test_what_is_rare_is_looked_for_in_short_reads(app, monkeypatch):
    store(entry(number) for number in range(100, 1_800))
    monkeypatch.setattr(rows, "SEARCH", 0)
    found = list(sealed("agent:nope").chunks(db.engine))
    assert len(found) > 2
    assert all(one.rows == 0 for one in found)
    assert [one.reached is None for one in found] == [False] * (len(found) - 1) + [True]


def test_what_is_found_in_a_wide_search_still_comes_in_small_chunks(app):
    store(entry(number, browser=("Firefox 145", "Safari 19")[number % 2]) for number in range(100, 1_800))
    seal_all()
    found = list(sealed("agent:firefox").chunks(db.engine, size=50))
    assert sum(chunk.rows for chunk in found) == 850
    assert max(chunk.rows for chunk in found) <= 50


def test_what_a_server_cuts_is_read_in_smaller_chunks(app, monkeypatch):
    gathered = formats.gathered

    def cutting(dialect, found):
        lines = gathered(dialect, found)
        if lines.rows > 2:
            raise Cut(lines.rows)
        return lines

    monkeypatch.setattr(formats, "gathered", cutting)
    found = list(sealed().chunks(db.engine, 10, 10))
    assert sum(chunk.rows for chunk in found) == 10
    assert max(chunk.rows for chunk in found) <= 2


def test_a_line_that_a_server_cuts_fails_the_export(app, monkeypatch):
    def cutting(dialect, found):
        raise Cut(found[0][0])

    monkeypatch.setattr(formats, "gathered", cutting)
    with pytest.raises(Cut, match="are more than the database gives"):
        list(sealed().chunks(db.engine))


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
