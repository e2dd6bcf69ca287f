"""Places go earlier than names, and what happened stays provable."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.log.chain import PERSON, PLACE_COLUMNS
from dashboard.log.sealer import seal_all
from dashboard.proof import address_purge, erase
from dashboard.proof.address_purge import AddressPurgeConflict, purge_addresses
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.ranges import CheckRange, RangeResult, stretches
from dashboard.proof.verify.verify import current_standing, verify
from models import Action, LoginLog, db
from tests.dashboard.proof.verify.tampering import HEAD, LOG, changed, copied, fault, sealed_book
from tests.support.proof import history, signer
from tests.support.proof import through as plan


@pytest.fixture(autouse=True)
def book(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book of twelve entries, blanked three at a time."""
    monkeypatch.setattr(address_purge, "PLACE_BATCH", 3)
    assert sealed_book() == 12


def purged(through: int) -> int:
    """Purge the places up to an entry and return how many."""
    count = sum(purge_addresses(plan(through), signer()))
    seal_all()
    return count


def blank() -> set[int]:
    """Return the numbers of the entries of the book whose place is blank."""
    rows = copied()[LOG]
    return {row["seq"] for row in rows if all(row[name] is None for name in PLACE_COLUMNS)}


def test_places_go_names_stay_and_the_book_is_intact() -> None:
    before = {row["seq"]: row for row in copied()[LOG]}
    assert purged(7) == 7
    assert blank() == set(range(1, 8))
    for row in copied()[LOG][:12]:
        assert {name: row[name] for name in PERSON} == {name: before[row["seq"]][name] for name in PERSON}
        assert row["place"] == before[row["seq"]]["place"]
    assert fault() is None


def test_each_batch_has_an_entry_that_says_how_far() -> None:
    purged(7)
    rows = db.session.scalars(select(LoginLog).where(LoginLog.action == Action.ADDRESS_PURGE))
    assert [json.loads(row.detail or "")["through"] for row in rows.all()] == [3, 6, 7]


def test_it_goes_on_where_it_ended() -> None:
    list(islice(purge_addresses(plan(7), signer()), 1))
    assert fault() is None
    assert purged(7) == 4
    assert purged(7) == 0
    assert fault() is None


def test_a_blank_place_beyond_it_is_found() -> None:
    purged(3)
    changed(LOG, LOG.c.seq == 4, **dict.fromkeys(PLACE_COLUMNS))
    how = "its address and agent are blank, but no erase or address_purge entry lists it"
    assert str(fault()) == f"entry 4: {how}"


def test_it_vouches_for_places_only() -> None:
    purged(7)
    changed(LOG, LOG.c.seq == 4, **dict.fromkeys((*PERSON, "person_nonce")))
    assert str(fault()) == "entry 4: its name and detail are blank, but no erase entry lists it"


def test_a_place_that_stands_in_a_blank_one_is_found() -> None:
    purged(7)
    changed(LOG, LOG.c.seq == 4, ip="192.0.2.7")
    assert "entry 4: the nonce of its address and agent is gone" in str(fault())


def test_a_changed_place_is_not_swept_away() -> None:
    changed(LOG, LOG.c.seq == 5, ip="192.0.2.7")
    with pytest.raises(Broken, match="entry 5"):
        purged(7)
    assert blank() == set()


def test_two_at_once_blank_no_batch_twice() -> None:
    standing = current_standing()
    first, second = (purge_addresses(replace(plan(7), standing=standing), signer()) for _ in range(2))
    next(first)
    with pytest.raises(AddressPurgeConflict):
        next(second)
    assert list(first) == [3, 1]


def test_a_person_can_be_erased_afterwards() -> None:
    purged(7)
    assert sum(erase.blank(1, erase.entries_of(1), signer())) > 0
    seal_all()
    assert fault() is None


@pytest.fixture
def purged_meanwhile() -> Iterator[None]:
    """Addresses are purged once a verification has read how far they were."""
    with pytest.MonkeyPatch.context() as once:

        def first(bounds: CheckRange) -> Iterator[RangeResult]:
            once.undo()
            purged(7)
            return stretches(bounds)

        once.setattr("dashboard.proof.verify.verify.stretches", first)
        yield


@pytest.mark.usefixtures("purged_meanwhile")
def test_a_purge_during_a_verification_harms_nothing() -> None:
    verify(current_standing(), history(), lambda _: None)
    assert blank() == set(range(1, 8))
    assert fault() is None


def test_a_forged_blank_during_a_purge_is_found(purged_meanwhile: None) -> None:
    changed(LOG, LOG.c.seq == 9, **dict.fromkeys(PLACE_COLUMNS))
    with pytest.raises(Broken, match="entry 9"):
        verify(current_standing(), history(), lambda _: None)


def test_where_it_goes_on_is_not_what_a_verification_believes() -> None:
    changed(HEAD, HEAD.c.id == 1, places_blank=9)
    changed(LOG, LOG.c.seq == 4, **dict.fromkeys(PLACE_COLUMNS))
    assert str(fault()).startswith("entry 4: its address and agent are blank")
