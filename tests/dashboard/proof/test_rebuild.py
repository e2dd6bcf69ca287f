"""The totals can be made again from the entries."""

import pytest
from flask import Flask
from sqlalchemy import delete, insert, update

from dashboard.log.sealer import seal_all
from dashboard.proof.rebuild import Moved, rebuild_totals
from dashboard.proof.verify import ranges
from dashboard.proof.verify.verify import current_standing
from models import write_transaction
from tests.dashboard.proof.verify.tampering import HEAD, LOG, TOTALS, copied, fault, sealed_book
from tests.support.book import entry, store


@pytest.fixture(autouse=True)
def book(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book of twelve entries, counted five at a time."""
    monkeypatch.setattr(ranges, "RANGE_SIZE", 5)
    assert sealed_book() == 12


def done(*statements: object) -> None:
    """Run statements as somebody with the database's password would."""
    write_transaction(lambda session: [session.execute(statement) for statement in statements])  # type: ignore[call-overload]


def rebuilt() -> int:
    """Make the totals again and return how many are lost."""
    return rebuild_totals(current_standing(), lambda _: None)


def pruned(count: int) -> None:
    """Delete the first entries, as a prune does that needs no entry of its own to be checked here."""
    chains = {row["seq"]: row["chain"] for row in copied()[LOG]}
    done(delete(LOG).where(LOG.c.seq <= count), update(HEAD).values(pruned=count, anchor=chains[count]))


@pytest.mark.parametrize(
    "damage",
    [
        delete(TOTALS),
        update(TOTALS).values(count=TOTALS.c.count + 3),
        update(TOTALS).where(TOTALS.c.action == "register").values(action="login"),
        insert(TOTALS).values(quarter=entry(1).occurred_at, action="x", outcome="y", reason="", count=7),
    ],
)
def test_whatever_became_of_them_they_are_as_they_were(damage: object) -> None:
    before = copied()[TOTALS]
    done(damage)
    assert "totals" in str(fault())
    assert rebuilt() == 0
    assert sorted(copied()[TOTALS], key=str) == sorted(before, key=str)
    assert fault() is None


def test_those_of_pruned_entries_stay() -> None:
    before = copied()[TOTALS]
    pruned(4)
    done(delete(TOTALS).where(TOTALS.c.quarter == min(row["quarter"] for row in before)))
    assert rebuilt() == 0
    assert sorted(copied()[TOTALS], key=str) == sorted(before, key=str)


@pytest.mark.parametrize("damage", [delete(TOTALS), update(TOTALS).values(count=TOTALS.c.count + 3)])
def test_what_is_lost_of_pruned_entries_is_known(damage: object) -> None:
    pruned(4)
    done(damage)
    assert rebuilt() == 4
    assert copied()[HEAD][0]["uncounted"] == 4
    assert sum(row["count"] for row in copied()[TOTALS]) == 8
    assert rebuilt() == 4
    assert "log_purge" in str(fault())  # all else checks: this prune left no entry


def test_entries_sealed_meanwhile_are_counted() -> None:
    def meanwhile(_count: int) -> None:
        store([entry(number) for number in numbers.pop()])
        seal_all()

    numbers = [range(500 + 10 * turn, 510 + 10 * turn) for turn in range(3)]
    assert rebuild_totals(current_standing(), meanwhile) == 0
    assert current_standing().seq == 42
    assert fault() is None


def test_a_prune_meanwhile_stops_it() -> None:
    before = copied()[TOTALS]
    with pytest.raises(Moved):
        rebuild_totals(current_standing(), lambda _: pruned(4) if current_standing().pruned == 0 else None)
    assert copied()[TOTALS] == before


def test_an_empty_book_has_no_totals() -> None:
    done(delete(LOG), delete(TOTALS), update(HEAD).values(seq=0, chain=None))
    assert rebuilt() == 0
    assert copied()[TOTALS] == []
