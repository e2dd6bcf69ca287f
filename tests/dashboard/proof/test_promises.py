"""The promises hold whatever happens in whatever order, and whatever was done to the book is found."""

import shutil
from pathlib import Path
from unittest.mock import Mock

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Table, event

from auth.factors import passwords
from dashboard.log import sealer
from dashboard.log.chain import PERSONAL_COLUMNS, PUBLIC
from dashboard.log.sealer import seal_all
from dashboard.proof import erase, prune
from dashboard.proof.checkpoint.checkpoint import Checkpoint
from dashboard.proof.verify.verify import current_standing
from models import db, transaction
from models.clock import now
from models.frontier import Frontier
from tests.dashboard.proof.promises import Promises
from tests.dashboard.proof.verify.tampering import (
    HEAD,
    LOG,
    TOTALS,
    Copy,
    changed,
    copied,
    duplicated,
    fault,
    flipped,
    key,
    removed,
    restored,
    sealed_book,
    swapped,
)
from tests.support.book import entry, store
from tests.support.proof import signer, through

#: Order of insertion, the recorder's own; the head's key, version (verify refuses it), where a purge goes on.
NOT_SEALED = {"login_log.id"}
NOT_SEALED |= {f"stream_head.{name}" for name in ("id", "encoding", "places_blank")}
NOT_SEALED |= {
    f"stream_head.{name}"
    for name in ("secret_id", "checkpoint_key", "checkpoint_size", "signer", "signer_until")
}
#: Totals of pruned entries stay, and no entry vouches for anything but how many they are.
NOT_SEALED_WHEN_PRUNED = {f"login_total.{name}" for name in ("quarter", "action", "outcome", "reason")}
#: Once the first link is pruned, only a checkpoint vouches for what it was made of.
TOLD_BY_A_CHECKPOINT = {"stream_head.origin", "stream_head.epoch", "stream_head.first_epoch"}
COLUMNS = {str(column): column for table in (LOG, HEAD, TOTALS) for column in table.columns}
places = st.integers(0, 10**6)
few = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
many = settings(few, max_examples=80)


@pytest.fixture
def quick_app(sqlite_app: Flask) -> Flask:
    """An app that does not wait for the disk."""
    event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    db.engine.dispose()
    return sqlite_app


def test_promises_hold_in_any_order_of_events(
    quick_app: Flask, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    monkeypatch.setattr(passwords, "_DUMMY_HASH", quick.hash("nobody's"))
    monkeypatch.setattr(transaction, "time", Mock())  # no pause before another try
    for module, name in ((sealer, "SEAL_BATCH"), (erase, "ERASE_BATCH"), (prune, "PRUNE_BATCH")):
        monkeypatch.setattr(module, name, 3)

    def anew() -> Promises:
        db.session.remove()
        db.engine.dispose()
        shutil.copy(sqlite_template, str(db.engine.url.database))
        return Promises()

    run_state_machine_as_test(anew, settings=settings(max_examples=20, stateful_step_count=40))


class Copies(list[Copy]):
    """Copies of a book, the oldest first; failures need not print them."""

    def __repr__(self) -> str:
        return f"{len(self)} copies"


@pytest.fixture(params=["whole", "pruned"])
def copies(quick_app: Flask, request: pytest.FixtureRequest) -> Copies:
    """Older copies of a book of all kinds of entries, one of them erased, and the newest last."""
    store([entry(100, "mallory", user_id=2, ip="192.0.2.9", user_agent="Lynx")])
    sealed_book()
    made = Copies([copied()])
    list(erase.blank(2, erase.entries_of(2), signer()))
    seal_all()
    made.append(copied())
    if request.param == "pruned":
        list(prune.prune(through(3), signer()))
        seal_all()
        made.append(copied())
    return made


def stretch() -> tuple[int, int]:
    """Return the numbers of the first and of the last entry."""
    standing = current_standing()
    return standing.pruned + 1, standing.seq


def vouched() -> Checkpoint:
    """Return a checkpoint of where the stream stands."""
    standing = current_standing()
    return Checkpoint(
        origin=standing.origin,
        epoch=standing.epoch,
        size=standing.seq,
        chain=standing.chain,
        time=now(),
        frontier=Frontier(standing.seq, standing.frontier),
    )


def test_every_column_of_an_entry_is_sealed() -> None:
    seal = {"id", "seq", "chain", "place", "person", "mac"}
    assert {*PUBLIC, *PERSONAL_COLUMNS, *seal} == {column.name for column in LOG.columns}


def test_a_book_that_was_erased_from_and_pruned_is_intact(copies: Copies) -> None:
    assert fault(vouched()) is None


@many
@given(column=st.sampled_from(sorted(COLUMNS.keys() - NOT_SEALED)), row=places, bit=places)
def test_any_flipped_bit_is_found(copies: Copies, column: str, row: int, bit: int) -> None:
    restored(copies[-1])
    checkpoint, is_pruned = vouched(), current_standing().pruned > 0
    table, name = COLUMNS[column].table, COLUMNS[column].name
    rows = [found for found in copies[-1][table] if found[name] not in (None, "", b"")]
    assume(rows and not (is_pruned and column in NOT_SEALED_WHEN_PRUNED))
    found = rows[row % len(rows)]
    value = flipped(table, name, found[name], bit)
    where = key(found) if table is TOTALS else table.c.id == found["id"]
    assume(value is not None and changed(table, where, **{name: value}))
    assert fault(checkpoint if is_pruned and column in TOLD_BY_A_CHECKPOINT else None) is not None


@few
@given(one=places, other=places, truncates=st.booleans())
def test_any_missing_entries_are_found(copies: Copies, one: int, other: int, truncates: bool) -> None:
    restored(copies[-1])
    first, last = stretch()
    low = first + one % (last - first + 1)
    removed(low, last if truncates else low + other % (last - low + 1))
    assert fault() is not None


@few
@given(numbers=st.tuples(places, places), keeps_seal=st.booleans())
def test_any_swapped_entries_are_found(copies: Copies, numbers: tuple[int, int], keeps_seal: bool) -> None:
    restored(copies[-1])
    first, last = stretch()
    one, other = (first + number % (last - first + 1) for number in numbers)
    assume(one != other)
    content = [column.name for column in LOG.columns if column.name not in ("seq", "chain")]
    swapped(one, other, *(content if keeps_seal else ()))
    assert fault() is not None


@few
@given(one=places, other=places)
def test_any_duplicated_entry_is_found(copies: Copies, one: int, other: int) -> None:
    restored(copies[-1])
    first, last = stretch()
    seq, new_seq = first + one % (last - first + 1), first - 1 + other % (last - first + 3)
    assume(seq != new_seq)
    removed(new_seq, new_seq)
    duplicated(seq, new_seq)
    assert fault() is not None


@few
@given(age=places, grown=st.integers(0, 4), tables=st.sets(st.sampled_from([LOG, HEAD, TOTALS]), min_size=1))
def test_any_restored_older_copy_is_found(copies: Copies, age: int, grown: int, tables: set[Table]) -> None:
    restored(copies[-1])
    checkpoint, older = vouched(), copies[age % (len(copies) - 1)]
    restored({table: older[table] for table in tables})
    if len(tables) == len(older):
        store(entry(500 + number) for number in range(grown))
        seal_all()
    assert fault(checkpoint) is not None
