"""What no entry can ever answer is told; what one might is asked."""

from itertools import product
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from dashboard.log.recorder import name_refs
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.errors import QueryError
from dashboard.query.language.parse import parse
from dashboard.query.language.selection import read_selection
from dashboard.query.language.terms import Selection
from dashboard.query.reading.keyset import Keyset
from models import LoginLog, db
from tests.support.book import NOW, SESSION, entry, store, various

BERLIN = ZoneInfo("Europe/Berlin")
OTHER_SESSION = SESSION.hex[::-1]


def read(q="", zone=BERLIN, **asked):
    return read_selection(
        {"q": q, **{name.rstrip("_"): text for name, text in asked.items()}}, zone, NOW, name_refs
    )


@pytest.mark.parametrize(
    ("q", "position"),
    [
        ("user:alice user:bob", 11),
        ("user:a@x.org user:b@x.org", 13),
        ("user:al* user:bob", 9),
        ("al bo", 3),
        ("user:al* -al", 9),
        ("user:alice -user:alice", 11),
        ("outcome:success outcome:failure", 16),
        ("outcome:success -outcome:success", 16),
        ("-outcome:success outcome:success", 17),
        ("-outcome:success -outcome:failure", 17),
        ("action:login action:logout", 13),
        ("action:login -action:login", 13),
        ("reason:expired reason:revoked", 15),
        ("country:DE country:FR", 11),
        (f"session:{SESSION} session:{OTHER_SESSION}", 45),
        ("agent:Firefox agent:Chrome", 14),
        ('agent:"Firefox 140" agent:"Firefox 14"', 20),
        ('agent:"Firefox 140" -agent:Firefox', 20),
        ("ip:10.0.0.0/8 ip:11.0.0.1", 14),
        ("ip:10.0.0.7 -ip:10.0.0.0/8", 12),
        ("ip:10.0.0.7 -ip:::ffff:10.0.0.0/104", 12),
        ("outcome:success reason:invalid_password", 16),
        ("-outcome:failure reason:unknown_user", 17),
        ("on:2026-11-21 on:2026-11-22", 14),
        ("on:2026-11-22 -on:2026-11-22", 14),
        ("since:24h on:2026-11-02", 10),
        ("on:2026-11-02 since:24h", 14),
        ("since:24h -since:7d", 10),
        ("since:24h -since:24h", 10),
        ("user:alice  al  outcome:failure user:bob", 32),
    ],
)
def test_filters_that_exclude_each_other_are_told_where_the_later_stands(q, position):
    with pytest.raises(QueryError, match="can never both hold") as caught:
        read(q)
    assert (caught.value.field, caught.value.position) == ("q", position)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"q": "on:2026-11-22", "from_": "2026-11-23"}, "“from” and “on:2026-11-22”"),
        ({"q": "al on:2026-11-22", "to": "2026-11-21"}, "“to” and “on:2026-11-22”"),
        ({"q": "since:7d", "to": "2020-01-01"}, "“to” and “since:7d”"),
        ({"q": "-since:7d", "from_": "2026-11-22"}, "“from” and “-since:7d”"),
        ({"q": "-on:2026-11-22", "from_": "2026-11-22T10:00", "to": "2026-11-22T11:00"}, "“-on:2026-11-22”"),
    ],
)
def test_the_period_counts_too(asked, words):
    with pytest.raises(QueryError, match="can never both hold") as caught:
        read(**asked)
    assert words in str(caught.value)


def test_a_day_that_a_zone_skipped_is_told():
    with pytest.raises(QueryError, match="Pacific/Apia skipped the day of “on:2011-12-30”"):
        read("on:2011-12-30", ZoneInfo("Pacific/Apia"))


@pytest.mark.parametrize(
    "q",
    [
        "ip:10.0.0.0/8 ip:10.0.0.7",
        "ip:10.0.0.0/8 -ip:10.0.0.7",
        "user:alice al",
        "user:alice -al",
        "user:alice user:alice@example.org",
        "user:ali* user:al*",
        "-user:alice -user:bob",
        "-action:login -action:logout",
        "agent:Firefox agent:firefox",
        'agent:Firefox -agent:"Firefox 140"',
        'agent:Chrome -agent:"Chrome Mobile"',
        "since:7d since:24h on:2026-11-22",
        "since:30d -since:7d",
        "on:2026-11-22 -on:2026-11-21",
        "outcome:failure reason:invalid_password",
        "action:session_revoke outcome:success reason:revoked",
    ],
)
def test_filters_that_an_entry_might_meet_are_asked(q):
    assert read(q).query == parse(q)


def test_a_refusal_never_hides_an_entry(sqlite_app):
    """Whatever two filters are refused together, no entry of a varied book meets both."""
    store([*various(), *(entry(100 + n, f"al{n}", ip=f"10.0.0.{n}", country="DE") for n in range(9))])
    values = (
        *("user:alice", "al", "ali", "user:bob", "user:al1", "ip:10.0.0.0/8", "ip:10.0.0.7", "ip:0.0.0.0/0"),
        *("ip:::1", "agent:firefox", 'agent:"firefox 140"', "agent:chrome", "country:DE", "country:FR"),
        *("outcome:success", "outcome:failure", "reason:unknown_user", "reason:invalid_password"),
        *("action:login", "action:logout", "since:3h", "since:24h", "on:2026-11-22", "on:2026-11-21"),
    )
    filters = [sign + value for value in values for sign in ("", "-")]
    refused = 0
    for q in map(" ".join, product(filters, repeat=2)):
        try:
            read(q)
        except QueryError:
            refused += 1
            selection = Selection(parse(q), None, None, BERLIN, NOW, name_refs)
            keyset = Keyset(select(LoginLog.occurred_at, LoginLog.id), compile_selection(selection))
            assert keyset.rows(db.session(), None, 1, descending=True) == [], q
    assert 100 < refused < len(filters) ** 2 / 2
