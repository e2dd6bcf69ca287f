"""Each filter finds its entries and no others, on both databases."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from dashboard.log.recorder import name_refs
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.parse import parse
from dashboard.query.language.selection import read_selection
from dashboard.query.reading.budget import Budget
from dashboard.query.reading.count import Count, count
from dashboard.query.reading.keyset import Keyset
from models import LoginLog, db
from tests.support.actions import make_user
from tests.support.book import NOW, SESSION, entry, store, various

ALL = [1, 2, 3, 4, 5, 6, 7, 8, 30]


def found(zone="UTC", **asked):
    selection = read_selection(
        {name.rstrip("_"): text for name, text in asked.items()}, ZoneInfo(zone), NOW, name_refs
    )
    keyset = Keyset(select(LoginLog.__table__), compile_selection(selection))
    rows = keyset.rows(db.session(), None, 100, descending=True)
    assert count(db.session(), keyset, 100, Budget(60)) == Count(len(rows), is_exact=True)
    return [row.event_id.int for row in rows]


@pytest.fixture(autouse=True)
def book(app):
    store(various())


FILTERS = {
    "": ALL,
    "user:alice": [1, 2, 6],
    "user:ALICE": [1, 2, 6],
    "user:\uff21lice": [1, 2, 6],
    'user:" alice "': [1, 2, 6],
    "user:nobody": [],
    "user:al*": [1, 2, 3, 4],
    "al": [1, 2, 3, 4],
    "ali": [1, 2, 3],
    "al_": [4],
    'user:"al%"': [],
    "user:al%ce": [7],
    "user:al_ce": [4],
    "李": [5],
    "ip:10.0.0.7": [1],
    "ip:10.0.0.0/8": [1, 2, 6],
    "ip:10.0.0.0/30": [],
    "ip:10.0.0.0/8 ip:10.0.0.7": [1],
    "ip:10.0.0.0/8 ip:::ffff:10.0.0.0/120": [1, 6],
    "ip:0.0.0.0/0": [1, 2, 3, 6, 30],
    "ip:::ffff:10.0.0.0/104": [1, 2, 6],
    "ip:2001:db8::/32": [4],
    "ip:::/0": [1, 2, 3, 4, 5, 6, 30],
    "ip:::1": [5],
    "action:register": [30],
    "outcome:failure": [2, 3, 6, 7],
    "reason:unknown_user": [6, 7],
    f"session:{SESSION}": [1],
    "agent:Firefox": [1, 2],
    "agent:firefox": [1, 2],
    'agent:"Firefox 140"': [1],
    "agent:Chrome": [3],
    "agent:%": [],
    "country:de": [1],
    "since:3h": [1, 2, 3],
    "on:2026-11-21": [30],
    "on:2026-11-22": [1, 2, 3, 4, 5, 6, 7, 8],
    "action:login outcome:failure al": [2, 3],
    "user:alice user:alice": [1, 2, 6],
    "user:alice al": [1, 2],
    "user:alice -al": [6],
    'agent:firefox agent:"firefox 140"': [1],
    "since:24h since:3h": [1, 2, 3],
    "since:24h -since:3h": [4, 5, 6, 7, 8],
    "ip:10.0.0.0/8 outcome:failure": [2, 6],
    "al outcome:failure": [2, 3],
    "user:alice -ip:10.1.2.3": [1, 6],
}


def test_a_filter_finds_its_entries():
    assert {q: found(q=q) for q in FILTERS} == FILTERS


def test_a_negated_filter_finds_all_others():
    single = {q: numbers for q, numbers in FILTERS.items() if q and len(parse(q).terms) == 1}
    others = {q: [number for number in ALL if number not in numbers] for q, numbers in single.items()}
    assert {q: found(q=f"-{q}") for q in others} == others


def test_a_period_narrows_the_query():
    assert found(q="outcome:failure", from_="2026-11-22T06:00", to="2026-11-22T09:00") == [3, 6]
    assert found(from_="2026-11-22", tz="Pacific/Pago_Pago") == [1]
    assert found(to="2026-11-21") == [30]


def test_days_are_those_of_the_zone():
    assert found("America/New_York", q="on:2026-11-21") == [8, 30]


@pytest.fixture
def alice(book):
    """The account of alice's entries, whose first attempt with its address came before it was known."""
    make_user("alice", id=1)
    store([entry(40, "ALICE@example.org", known=False, outcome="failure", reason="unknown_user")])


@pytest.mark.parametrize("q", ["user:alice@example.org", "alice@example.org", 'user:" Alice@EXAMPLE.org "'])
def test_an_address_finds_its_account_s_entries(alice, q):
    assert found(q=q) == [1, 2, 3, 4, 5, 30, 40]  # of the book's, those with user_id 1
    assert found(q=f"-{q}") == [6, 7, 8]
    assert found(q=f"{q} user:alice") == [1, 2]
    assert found(q=f"user:alice {q}") == [1, 2]
    assert found(q=f"{q} outcome:failure") == [2, 3, 40]


def test_an_address_of_nobody_finds_what_was_typed(alice):
    store([entry(41, "mallory@example.org", known=False)])
    assert found(q="user:mallory@example.org") == [41]
    assert found(q="user:nobody@example.org") == []
