"""A stretch of time is read as one of ids where they are side by side."""

import pytest
from sqlalchemy import select

from dashboard.export.pipeline.range_reader import RangeReader, ReadRange, Statements
from dashboard.query.reading.keyset import Keyset
from dashboard.query.reading.range_scan import POSITION
from models import LoginLog, db
from tests.support.book import NOW, entry, store

STATEMENT = select(LoginLog.event_id)


def read(branch, beyond=None, until=None):
    """Return the statement and the entries that it finds."""
    with db.engine.connect() as connection:
        (scan,) = Keyset(select(*POSITION), [branch]).scans(connection, descending=False)
        range_reader, stretch = RangeReader(scan), ReadRange(beyond, until)
        ids = range_reader.ids(connection, stretch)
        made = []

        def make(beyond, until):
            made.append(range_reader.slice(STATEMENT, beyond, until, by_id=bool(ids)))
            return made[0]

        found = Statements(make).run(connection, stretch, **ids).scalars().all()
        return str(made[0].compile(db.engine)), [event.int for event in found]


def along_the_table(statement):
    return "PRIMARY" in statement or "NOT INDEXED" in statement


def position(number):
    found = select(*POSITION).where(LoginLog.event_id == entry(number).event_id)
    return tuple(db.session.execute(found).one())


def test_ids_side_by_side(app):
    store(entry(number) for number in range(20))
    statement, found = read([], position(15), position(6))
    assert along_the_table(statement)
    assert sorted(found) == list(range(6, 15))


def test_other_conditions_hold_along_ids(app):
    store(entry(number, country=("DE", "FR")[number % 2]) for number in range(20))
    statement, found = read([LoginLog.country == "FR"], position(15), position(6))
    assert along_the_table(statement)
    assert sorted(found) == [7, 9, 11, 13]


@pytest.mark.parametrize("branch", [[], [LoginLog.occurred_at <= NOW]])
def test_ids_that_are_scattered_are_found_by_time(app, branch):
    store(entry(number) for number in (1, *range(100, 120), 2))
    statement, found = read(branch, position(100))
    assert not along_the_table(statement)
    assert sorted(found) == [1, 2]


def test_what_another_index_serves_is_read_along_it(app):
    store(entry(number) for number in range(5))
    statement, found = read([LoginLog.username_key == "alice"])
    assert not along_the_table(statement)
    assert sorted(found) == list(range(5))


def test_a_stretch_without_entries(app):
    store([entry(1)])
    assert read([], position(1))[1] == []


def test_a_statement_is_made_once_for_each_shape(app):
    store(entry(number) for number in range(9))
    made = []

    def make(beyond, until, *how):
        made.append((beyond is None, until is None, *how))
        return select(LoginLog.id)

    statements = Statements(make)
    with db.engine.connect() as connection:
        for beyond, until, how in [(None, 5, 1), (None, 4, 1), (5, 2, 1), (4, 1, 1), (4, None, 1), (4, 1, 2)]:
            ends = [None if number is None else position(number) for number in (beyond, until)]
            statements.run(connection, ReadRange(*ends), how).all()
    assert made == [(True, False, 1), (False, False, 1), (False, True, 1), (False, False, 2)]
