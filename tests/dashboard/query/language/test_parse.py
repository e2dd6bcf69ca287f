"""The query language as text: what it accepts, refuses and prints."""

from datetime import date, timedelta
from ipaddress import ip_network
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.query.language.errors import QueryError
from dashboard.query.language.parse import MAX_QUERY, parse
from dashboard.query.language.terms import Browser, Country, Name
from models import Action, Outcome, Reason
from models.names import begins_username, username_key

SESSION = "0190a4c2-7d3e-7b11-8f00-3c5d2a9e4b17"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("user:Alice", Name("alice")),
        ("user:al*", Name("al", is_prefix=True)),
        ("al", Name("al", is_prefix=True)),
        ("al*", Name("al", is_prefix=True)),
        ('user:"al*"', Name("al*")),
        ('user:"o hara"', Name("o hara")),
        (r'user:"a\"b\\c"', Name('a"b\\c')),
        ("user:\uff21lice", Name("alice")),
        ("ip:10.0.0.7", ip_network("10.0.0.7")),
        ("ip:10.1.2.3/8", ip_network("10.0.0.0/8")),
        ("ip:2001:db8::/32", ip_network("2001:db8::/32")),
        ("action:login", Action.LOGIN),
        ("ACTION:Login", Action.LOGIN),
        ("outcome:failure", Outcome.FAILURE),
        ("reason:invalid_password", Reason.INVALID_PASSWORD),
        (f"session:{SESSION}", UUID(SESSION)),
        ('agent:"Firefox 140"', Browser("firefox 140")),
        ("country:de", Country("DE")),
        ("since:7d", timedelta(days=7)),
        ("on:2026-11-22", date(2026, 11, 22)),
        ("USER:alice", Name("alice")),
        ("user\uff1aalice", Name("alice")),
        ("\uff55ser:alice", Name("alice")),
        ("user:al\uff0a", Name("al", is_prefix=True)),
        ("outcome\uff1afailure", Outcome.FAILURE),
        ("action:\uff4c\uff4f\uff47\uff49\uff4e", Action.LOGIN),
        ("since:7D", timedelta(days=7)),
        ("user:Alice@Example.org", Name("alice@example.org")),
        ("alice@example.org", Name("alice@example.org")),
        ('user:"al%ce"', Name("al%ce")),
        ('user:"(x), *y*"', Name("(x), *y*")),
        ("user:al%ce", Name("al%ce")),
        ("user:or*", Name("or", is_prefix=True)),
        ('"or"', Name("or", is_prefix=True)),
        ("orlando", Name("orlando", is_prefix=True)),
    ],
)
def test_a_filter_means_its_value(text, value):
    (term,) = parse(text).terms
    assert term.value == value


def test_terms_are_joined_and_negated():
    query = parse("  -outcome:success\tuser:alice\u3000since:7d ")
    assert [term.negated for term in query.terms] == [True, False, False]
    assert str(query) == "-outcome:success user:alice since:7d"
    assert str(query.without("since")) == "-outcome:success user:alice"
    assert str(query.minus(query.terms[0])) == "user:alice since:7d"


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_asked_is_everything(text):
    assert parse(text).terms == ()


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("user:alice usr:bob", 11, "There is no filter “usr”. Try: user"),
        ("zzz:1", 0, "Try: user, ip, action"),
        ("::1", 0, "write ip:::1"),
        (":x", 0, "There is no filter “”"),
        ("user:*x", 0, "A star may only stand at the end"),
        ("user:a*b", 0, "A star may only stand at the end"),
        ("user:al**", 0, "A star may only stand at the end"),
        ("a*b", 0, "A star may only stand at the end"),
        ("*x*", 0, "A star may only stand at the end"),
        ("user:\uff0ax", 0, "A star may only stand at the end"),
        ("agent:Fire*", 0, "A star means nothing in a browser"),
        ("user:*", 0, "needs a value"),
        ("user:a OR user:b", 7, "“OR” means nothing here"),
        ("user:a or user:b", 7, "“or” means nothing here"),
        ("or", 0, "“or” means nothing here"),
        ("user:a \uff2f\uff32 user:b", 7, "means nothing here"),
        ("user:a AND user:b", 7, "“AND” means nothing here"),
        ("NOT user:a", 0, "“NOT” means nothing here"),
        ("user:a || user:b", 7, "“||” means nothing here"),
        ("user:a && user:b", 7, "“&&” means nothing here"),
        ("user:a | user:b", 7, "“|” means nothing here"),
        ("-or", 0, "“or” means nothing here"),
        ("(user:a user:b)", 0, "Parentheses mean nothing"),
        ("user:a ( user:b", 7, "Parentheses mean nothing"),
        ("user:(alice", 0, "“(” means nothing in a user name"),
        ("user:alice)", 0, "“)” means nothing in a user name"),
        ("user:alice,bob", 0, "“,” means nothing in a user name"),
        ("user:a|b", 0, "“|” means nothing in a user name"),
        ("user:'alice'", 0, "“'alice'” means nothing in a user name"),
        ("user:\u201calice\u201d", 0, "means nothing in a user name"),
        ("user:\u200balice", 0, "U+200B means nothing in a user name"),
        ('"user:alice"', 0, "No user name begins with “user:alice”"),
        ('"alice bob"', 0, "No user name begins with “alice bob”"),
        ("al%", 0, "No user name begins with “al%”"),
        ("alice@", 0, "No user name begins with “alice@”"),
        ("user:alice@ex*", 0, "An e-mail address is found whole"),
        ("user=alice", 0, "Write a colon: user:alice"),
        ("10.0.0.7", 0, "write ip:10.0.0.7"),
        ("-2001:db8::1", 0, "write ip:2001:db8::1"),
        (SESSION, 0, f"write session:{SESSION}"),
        ("from:2026-11-22", 0, "fields of their own"),
        ("user: alice", 0, "“user:” needs a value"),
        ("--user:alice", 0, "There is no filter “-user”. Try: user"),
        ("action:", 0, "“action:” needs a value"),
        ("since:0d", 0, "30m, 12h or 7d"),
        ("on:2026-02-30", 0, "2026-11-22"),
        ("country:UK", 0, "two letters"),
        ("user:", 0, "“user:” needs a value"),
        ('user:""', 0, "needs a value"),
        ("-", 0, "“-” needs a value"),
        ("*", 0, "“*” needs a value"),
        ('x user:"al', 2, "quote"),
        ('al"ice', 0, "quote"),
        ("ip:300.1.1.1", 0, "not an address or network"),
        ("ip:10.0.0.0/33", 0, "not an address or network"),
        ("ip:10.0.*", 0, "“10.0.*” is not an address"),
        ("action:logni", 0, "There is no action “logni”. Try: login"),
        ("outcome:yes", 0, "Try: success, failure"),
        ("reason:password", 0, "invalid_password"),
        ("session:abc", 0, "not a session"),
        ("country:DEU", 0, "two letters"),
        ("since:7", 0, "30m, 12h or 7d"),
        ("since:999999w", 0, "30m, 12h or 7d"),
        ("on:2026-13-01", 0, "2026-11-22"),
        ("on:0001-01-01", 0, "2026-11-22"),
        ("on:9999-12-31", 0, "2026-11-22"),
        ("a\0b", None, "not text"),
        ("a\udcffb", None, "not text"),
        ("x" * (MAX_QUERY + 1), None, "too long"),
    ],
)
def test_what_is_not_understood_is_refused_where_it_stands(text, position, words):
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert words in str(caught.value)
    assert caught.value.position == position
    assert caught.value.field == "q"


def test_a_message_stays_short():
    with pytest.raises(QueryError) as caught:
        parse("action:" + "%s" * 300)
    assert len(str(caught.value)) < 500


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text):
    try:
        query = parse(text)
    except QueryError as error:
        assert str(error)
    else:
        assert parse(str(query)) == query


words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(str.strip)


@given(st.lists(st.tuples(st.booleans(), words, st.booleans()), max_size=4))
def test_printing_a_query_keeps_its_meaning(parts):
    parts = [(sign, raw, star and begins_username(username_key(raw.strip()))) for sign, raw, star in parts]
    escaped = [(sign, raw.replace("\\", "\\\\").replace('"', '\\"'), star) for sign, raw, star in parts]
    text = " ".join(f'{"-" * sign}user:"{raw}"{"*" * star}' for sign, raw, star in escaped)
    query = parse(text)
    assert [(term.negated, term.value.is_prefix) for term in query.terms] == [(s, p) for s, _, p in parts]
    assert parse(str(query)) == query
