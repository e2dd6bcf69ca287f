# ruff: noqa: RUF001 - letters of other scripts are the point
"""A filter is one record: whatever knows filters reads it there."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import lazy_gettext
from sqlalchemy import select

from dashboard.log.recorder import name_ref, name_refs
from dashboard.panel.parts.vocabulary import vocabulary
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.errors import QueryError
from dashboard.query.language.filter import Filter
from dashboard.query.language.filters import FILTERS, equals
from dashboard.query.language.parse import parse
from dashboard.query.language.selection import read_selection
from dashboard.query.language.values import whole
from dashboard.query.reading.keyset import Keyset
from models import LoginLog, db
from models.names import former_key
from tests.support.book import NOW, entry, store
from tests.support.servers.gatehouse import ROOT

SYSTEM = Filter(
    name="system",
    example="system:Windows",
    hint=lazy_gettext("an operating system"),
    read=whole(str),
    holds=equals(LoginLog.os),
    words=("Windows", "Linux"),
)


@pytest.fixture
def system() -> Iterator[None]:
    """A filter more."""
    FILTERS[SYSTEM.name] = SYSTEM
    yield
    del FILTERS[SYSTEM.name]


def listed(q: str) -> list[str | None]:
    """Return the systems of the entries that a query finds."""
    selection = read_selection({"q": q}, ZoneInfo("UTC"), NOW, name_refs)
    keyset = Keyset(select(LoginLog.__table__), compile_selection(selection))
    return [row.os for row in keyset.rows(db.session(), None, 100, descending=True)]


@pytest.mark.usefixtures("system")
def test_one_record_is_a_filter_more(app: Flask) -> None:
    store([entry(1, os="Windows"), entry(2, os="Linux"), entry(3, os=None)])
    assert listed("system:Linux") == ["Linux"]
    assert sorted(map(str, listed("-system:Linux"))) == ["None", "Windows"]
    with app.test_request_context():
        assert vocabulary()[-1] == {
            "name": "system",
            "hint": "an operating system",
            "values": ["Windows", "Linux"],
        }
    with pytest.raises(QueryError, match="Write a colon: system:linux"):
        parse("system=Linux")
    with pytest.raises(QueryError, match="Try: system"):
        parse("sistem:Linux")


def test_none_is_left_of_one_that_is_removed() -> None:
    with pytest.raises(QueryError, match="There is no filter “system”"):
        parse("system:Linux")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("user:ad\u034fmin", {1, 2, 3}),
        ("user:admin", {2}),
        ("ad\u034fm", {1, 2}),
        ("user:علی\u200cرضا", {4}),
        ("user:علیرضا", {4}),
    ],
)
def test_entries_of_earlier_versions_are_found_by_their_keys(app: Flask, typed: str, found: set[int]) -> None:
    key = former_key("ad\u034fmin")
    unknown = entry(3, "ad\u034fmin", known=False, name_ref=name_ref(key))
    names = [entry(1, "ad\u034fmin", username_key=key), entry(2, "admin"), unknown, entry(4, "علی\u200cرضا")]
    store(names)
    selection = read_selection({"q": typed}, ZoneInfo("UTC"), NOW, name_refs)
    keyset = Keyset(select(LoginLog.__table__), compile_selection(selection))
    rows = keyset.rows(db.session(), None, 100, descending=True)
    assert {row.event_id.int for row in rows} == found


@pytest.mark.parametrize("known", FILTERS.values(), ids=FILTERS)
def test_its_example_is_a_query(known: Filter) -> None:
    (term,) = parse(known.example).terms
    assert (term.name, str(term)) == (known.name, known.example)


def test_the_readme_has_every_filter_with_its_example_and_hint() -> None:
    text = (ROOT / "README.md").read_text()
    table = text.split("| filter | finds |\n|---|---|\n")[1].split("\n\n")[0]
    assert table.splitlines() == [f"| `{known.example}` | {known.hint} |" for known in FILTERS.values()]
