"""Where the stream stood when a verification began."""

import pytest
from flask import Flask

from dashboard.log.head import UnknownEncoding
from dashboard.log.sealer import seal_all
from dashboard.proof.verify.verify import current_standing, verify
from models import db
from tests.dashboard.proof.verify.tampering import HEAD, changed, copied, fault, restored, sealed_book
from tests.support.book import entry, store
from tests.support.proof import history

LAST = 12


@pytest.fixture(autouse=True)
def book(app: Flask) -> None:
    """A book of twelve entries."""
    assert sealed_book() == LAST


def test_a_head_without_its_newest_link_is_found() -> None:
    changed(HEAD, HEAD.c.id == 1, chain=bytes(32))
    assert str(fault()) == f"entry {LAST}: the head has another link than this entry, the newest"


def test_a_stream_without_head_is_broken() -> None:
    before = copied()
    with db.engine.begin() as connection:
        connection.execute(HEAD.delete())
    broken = fault()
    restored(before)
    assert str(broken) == "the stream has not exactly one head"


def test_entries_that_are_not_sealed_are_counted() -> None:
    store([entry(200), entry(201)])
    assert current_standing().unsealed == 2
    assert fault() is None


def test_an_entry_sealed_meanwhile_is_left_to_the_next_time() -> None:
    def meanwhile(_count: int) -> None:
        store([entry(300, "late")])
        assert seal_all() == 1

    verify(current_standing(), history(), meanwhile)
    assert fault() is None


def test_a_log_that_a_newer_gatehouse_sealed_is_neither_checked_nor_sealed() -> None:
    changed(HEAD, HEAD.c.id == 1, encoding=3)
    store([entry(400)])
    with pytest.raises(UnknownEncoding, match="encoding 3"):
        current_standing()
    with pytest.raises(UnknownEncoding, match="encoding 3"):
        seal_all()
    changed(HEAD, HEAD.c.id == 1, encoding=2)
    assert seal_all() == 1
    assert fault() is None
