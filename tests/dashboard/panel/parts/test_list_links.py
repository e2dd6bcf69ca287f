"""Each address reads back as what it was made for, whatever was asked, and a day names its zone."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from dashboard.log.recorder import name_refs
from dashboard.panel.parts.list_links import ListLinks
from dashboard.query.language.errors import QueryError
from dashboard.query.language.parse import parse, written
from dashboard.query.language.selection import read_selection
from dashboard.query.reading.pages import Page
from tests.support.book import NOW

TOKYO = ZoneInfo("Asia/Tokyo")
HOSTILE = [
    "VALUE",
    "%",
    "%25",
    "&",
    "&q=",
    "=",
    "#",
    "?",
    "+",
    "%s",
    "%(n)s",
    "{}",
    "{n}",
    "\\",
    '"',
    "'",
    "*",
]
words = st.sampled_from(HOSTILE) | st.text(
    st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8
)
texts = st.lists(words, min_size=1, max_size=3).map("".join).filter(str.strip)
terms = st.one_of(
    texts.map(lambda text: f"-user:{written(text)}"),
    texts.filter(lambda text: "*" not in text).map(lambda text: f"-agent:{written(text)}"),
    st.sampled_from(["outcome:success", "on:2026-11-21", "-on:2026-11-20", "since:7d", "user:VALUE"]),
)
questions = st.fixed_dictionaries(
    {},
    optional={
        "q": st.lists(terms, max_size=3).map(" ".join),
        "from": st.sampled_from(["2026-11-20", "2026-11-21T00:00", "2026-11-20T00:00:00+09:00"]),
        "to": st.sampled_from(["2026-11-22", "2026-11-23T10:00"]),
        "tz": st.sampled_from(["America/Havana", "Etc/GMT+5"]),
        "order": st.sampled_from(["oldest", "newest"]),
        "size": st.sampled_from(["20", "VALUE", "100&q=x", "#"]),
        "nonsense": texts,
    },
)


@pytest.fixture
def request_context(sqlite_app: Flask) -> Iterator[None]:
    """A request, in which addresses are made."""
    with sqlite_app.test_request_context():
        yield


def links_of(asked: dict[str, str]) -> ListLinks:
    """Return the addresses of the list that is asked for, if it can be."""
    try:
        return ListLinks(asked, read_selection(asked, TOKYO, NOW, name_refs))
    except QueryError:
        reject()


def told(address: str) -> dict[str, str]:
    """Return the parameters of an address, each of which it must have once."""
    pairs = parse_qsl(
        urlsplit(address).query, keep_blank_values=True, strict_parsing=bool(urlsplit(address).query)
    )
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def expected(asked: dict[str, str], **changes: str) -> dict[str, str]:
    """Return the parameters that an address should have."""
    stays = {"q", "from", "to", "tz", "order", "size"}
    kept = {name: text for name, text in (asked | changes).items() if name in stays and text}
    has_day = {"from", "to"} & kept.keys() or any(
        term.name == "on" for term in parse(kept.get("q", "")).terms
    )
    return kept | ({"tz": kept.get("tz", TOKYO.key)} if has_day else {})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(asked=questions, value=texts)
def test_an_address_reads_back(request_context: None, asked: dict[str, str], value: str) -> None:
    links = links_of(asked)
    query = links.selection.query
    for name, text in (("user", value), ("outcome", "success"), ("agent", "x y")):
        narrowed = f"{query.without(name)} {name}:{written(text)}".strip()
        assert told(links.narrowed(name, text)) == expected(asked, q=narrowed)
    assert told(links.back()) == expected(asked)
    assert told(links.entry(UUID(int=1))) == expected(asked)
    assert urlsplit(links.entry(UUID(int=1))).path == f"/admin/logins/{UUID(int=1)}"
    assert told(links.histogram()) == expected(asked) | {"tz": asked.get("tz", TOKYO.key)}
    assert links.exported()["tz"] == asked.get("tz", TOKYO.key)
    moved = {"q": str(query.without("since", "on")), "from": "2026-11-01", "to": "2026-11-02"}
    assert told(links.period("2026-11-01", "2026-11-02")) == expected(asked, **moved)
    assert [told(link.href)["size"] for link in links.sizes((20, 50), 20)] == ["20", "50"]
    assert [told(link.href) for link in links.orders()] == [expected(asked, order=o) for o in ("", "oldest")]
    removed = [expected(asked, q=str(query.minus(term))) for term in query.terms]
    assert [told(link.href) for link in links.chips()][: len(removed)] == removed
    pager = links.pager(Page([], prev="a", next="b"))
    assert told(pager["prev"] or "") == expected(asked) | {"before": "a"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(asked=questions)
def test_a_preset_names_its_day_s_zone(request_context: None, asked: dict[str, str]) -> None:
    links = links_of(asked)
    today, *others = [link.href for link in links.presets()]

    assert told(today)["tz"] == asked.get("tz", TOKYO.key)
    assert "on:2026-11-2" in told(today)["q"]
    assert "since:24h" in told(others[0])["q"]
