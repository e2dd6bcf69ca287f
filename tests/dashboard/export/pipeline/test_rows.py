"""The rows of an export: all of them, once, in order, in chunks of limited size."""

import random
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from dashboard.export.csv import Layout
from dashboard.export.formats import FORMATS
from dashboard.export.pipeline import rows
from dashboard.export.pipeline.aggregate import Cut
from dashboard.log.recorder import name_refs
from dashboard.log.sealer import seal_all
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.selection import read_selection
from dashboard.query.reading import keyset
from dashboard.web.requests import RequestsUnderWay
from models import Outcome, db
from tests.support.actions import entries
from tests.support.book import NOW, entry, store

CSV = FORMATS["csv"](Layout())
pytestmark = pytest.mark.usefixtures("small_book")


def sealed(q="", form=CSV):
    selection = read_selection({"q": q}, ZoneInfo("UTC"), NOW, name_refs)
    return rows.Rows(compile_selection(selection), 10**6, form, RequestsUnderWay())


@pytest.mark.parametrize("small", [2_000, 0])
@pytest.mark.parametrize("size", [50, 1_000])  # of the whole book, ids are side by side
@pytest.mark.parametrize(
    "q", ["", "user:alice", "outcome:failure", "ip:10.0.0.0/8", "ip:10.0.0.7 agent:firefox"]
)
def test_lines_of_many_chunks_come_by_time_and_id(app, monkeypatch, q, size, small):
    monkeypatch.setattr(keyset, "SMALL", small)
    numbers = random.Random(q).sample(range(1_000, 9_000), 600)
    store(
        entry(
            number,
            known=number % 3 > 0,
            occurred_at=NOW - timedelta(seconds=number // 4),  # some at the same time
            ip=f"10.0.0.{number % 6 + 7}" if number % 5 else "192.0.2.1",
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
    assert len(exported) == sum(chunk.rows for chunk in found) >= (50 if "agent" in q else 200)
    assert max(chunk.rows for chunk in found) <= size


def test_chunks_keep_no_transaction_open(app, monkeypatch):
    left = []

    def prefetched(work, source):
        for one in source:
            left.append(db.engine.pool.checkedout())
            yield work(one)
            left.append(db.engine.pool.checkedout())
            store([entry(100 + len(left))])

    monkeypatch.setattr(rows, "prefetched", prefetched)
    assert sum(chunk.rows for chunk in sealed().chunks(db.engine)) == 10
    assert len(left) > 6
    assert set(left) == {0}


def test_chunks_that_are_left_give_back_their_connections(app):
    store(entry(number) for number in range(100, 400))
    seal_all()
    chunks = sealed().chunks(db.engine, 50, 50)
    assert next(chunks).rows == 50
    assert next(chunks).rows == 50
    chunks.close()
    assert db.engine.pool.checkedout() == 0


def test_a_slow_reader_does_not_shorten_the_search(app, monkeypatch):
    clock, took = [0.0], []
    monkeypatch.setattr(rows, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(rows, "next_size", lambda size, seconds, _: took.append(seconds) or size)
    store(entry(number) for number in range(100, 130))
    for _ in sealed("agent:nope").chunks(db.engine):
        clock[0] += 100
    assert len(took) > 5
    assert set(took) == {0}


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


def cutting(most):
    """Return a server's Cut of what has more than so many rows."""

    def serialize(lines):
        if lines.rows > most:
            raise Cut("too many")
        return CSV.serialize(lines)

    return replace(CSV, serialize=serialize)


def test_what_a_server_cuts_is_read_in_smaller_chunks(app, monkeypatch):
    monkeypatch.setattr(keyset, "SMALL", 0)
    store(entry(number, ip=f"10.0.0.{number % 8}") for number in range(100, 164))
    seal_all()
    for q, expected in (("", 75), ("ip:10.0.0.0/24", 64)):
        found = list(sealed(q, cutting(2)).chunks(db.engine, 64, 64))
        assert sum(chunk.rows for chunk in found) == expected
        assert max(chunk.rows for chunk in found) <= 2
        assert b"".join(chunk.lines for chunk in found) == b"".join(
            chunk.lines for chunk in sealed(q).chunks(db.engine)
        )


def test_a_line_that_a_server_cuts_fails_the_export(app):
    with pytest.raises(Cut):
        list(sealed(form=cutting(0)).chunks(db.engine))
