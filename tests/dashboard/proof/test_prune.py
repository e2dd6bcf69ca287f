"""Old entries go, and the rest stays provable."""

import json
from base64 import b64decode
from datetime import timedelta
from itertools import islice

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard.log.head import read_head
from dashboard.log.sealer import seal_all
from dashboard.proof import prune, upkeep
from dashboard.proof.checkpoint.checkpoint import Checkpoint
from dashboard.proof.checkpoint.history import History
from dashboard.proof.clock import Clock
from dashboard.proof.prune import PruneConflict, PrunePlan
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.verify import Unfinished, current_standing, verify
from models import Action, LoginLog, LoginTotal, StreamHead, db, write_transaction
from models.clock import now
from tests.dashboard.proof.verify.tampering import HEAD, LOG, changed, fault, removed
from tests.support.book import entry, store
from tests.support.proof import KEY, KEY_ID, history, signer

DAY = timedelta(days=1)
NO_CHECKPOINTS = History(keys=(KEY.public_key(),))
#: Ages in days, in the order of the stream.
AGES = (9, 8, 7, 6, 5, 1, 4, 0, 0)


@pytest.fixture(autouse=True)
def book(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine entries, deleted two at a time."""
    monkeypatch.setattr(prune, "PRUNE_BATCH", 2)
    store([entry(number, occurred_at=now() - age * DAY) for number, age in enumerate(AGES, 1)])
    assert seal_all() == len(AGES)


def planned(days: float = 3) -> PrunePlan:
    """Return the plan for entries older than that."""
    return prune.plan_prune(current_standing(), days * DAY, Clock(now(), NO_CHECKPOINTS))


def seqs() -> list[int]:
    """Return the numbers that are there."""
    return [seq for seq in db.session.scalars(select(LoginLog.seq).order_by(LoginLog.seq)) if seq]


def test_it_stops_at_the_first_entry_that_is_not_older() -> None:
    assert (planned().through, planned().count) == (5, 5)


@pytest.mark.parametrize(("days", "through"), [(10, 0), (8.5, 1), (6.5, 3), (0.5, 7)])
def test_what_is_old_enough_depends_on_the_age(days: float, through: int) -> None:
    assert planned(days).through == through


def test_old_entries_go_in_batches_and_the_rest_is_intact() -> None:
    assert list(prune.prune(planned(), signer())) == [2, 2, 1]
    seal_all()
    assert seqs() == [6, 7, 8, 9, 10]
    assert fault() is None
    assert read_head(db.session()).floor == 5


def test_the_book_tells_what_went() -> None:
    wanted = planned()
    link = db.session.scalar(select(LoginLog.chain).where(LoginLog.seq == 5))
    list(prune.prune(wanted, signer()))
    [purge] = db.session.scalars(select(LoginLog).where(LoginLog.action == Action.LOG_PURGE))
    assert (purge.username, purge.user_id, purge.outcome) == (None, None, "success")
    told = json.loads(purge.detail or "")
    assert {told.pop("key"), len(told.pop("signature"))} == {KEY_ID, 88}
    assert len(b64decode(told.pop("frontier"))) == 64  # five leaves: a tree of four and one more
    assert told == {
        "before": wanted.before.isoformat(timespec="seconds"),
        "entries": 5,
        "through": 5,
        "chain": (link or b"").hex(),
    }


def test_totals_stay() -> None:
    list(prune.prune(planned(), signer()))
    assert db.session.scalar(select(func.sum(LoginTotal.count))) == len(AGES)


def test_everything_may_go() -> None:
    assert sum(prune.prune(planned(1e-9), signer())) == len(AGES)
    assert fault() is None
    seal_all()
    assert seqs() == [10]
    assert fault() is None


def test_pruning_goes_on_where_it_ended() -> None:
    list(prune.prune(planned(7.5), signer()))
    seal_all()
    list(prune.prune(planned(), signer()))
    seal_all()
    assert fault() is None
    assert current_standing().pruned == 5


def test_an_interrupted_prune_leaves_an_intact_book() -> None:
    assert list(islice(prune.prune(planned(), signer()), 1)) == [2]
    assert fault() is None
    seal_all()
    assert fault() is None
    assert seqs() == list(range(3, 11))
    list(prune.prune(planned(), signer()))
    assert fault() is None


def test_two_cannot_prune_at_once() -> None:
    late = planned()
    list(prune.prune(planned(), signer()))
    with pytest.raises(PruneConflict):
        list(prune.prune(late, signer()))


def test_a_batch_whose_commit_was_unsure_is_not_repeated() -> None:
    list(islice(prune.prune(planned(), signer()), 1))
    write_transaction(lambda session: prune._delete(0, 2, session))
    assert current_standing().pruned == 2


def test_a_cut_off_beginning_is_found() -> None:
    anchor = db.session.scalar(select(LoginLog.chain).where(LoginLog.seq == 2))
    removed(1, 2)
    changed(HEAD, HEAD.c.id == 1, pruned=2, anchor=anchor)
    assert str(fault()) == "entry 2: it and all before it are gone, but no log_purge entry tells so"


def test_more_than_what_the_book_tells_is_found() -> None:
    list(prune.prune(planned(), signer()))
    seal_all()
    anchor = db.session.scalar(select(LoginLog.chain).where(LoginLog.seq == 6))
    removed(6, 6)
    changed(HEAD, HEAD.c.id == 1, pruned=6, anchor=anchor)
    assert "no log_purge entry" in str(fault())


@pytest.mark.parametrize("column", ["pruned", "anchor"])
def test_a_changed_anchor_is_found(column: str) -> None:
    list(prune.prune(planned(), signer()))
    assert changed(HEAD, HEAD.c.id == 1, **{column: {"pruned": 4, "anchor": bytes(32)}[column]})
    assert fault() is not None


def test_totals_of_pruned_entries_are_still_counted() -> None:
    list(prune.prune(planned(), signer()))
    write_transaction(
        lambda session: session.execute(LoginTotal.__table__.update().values(count=LoginTotal.count + 1))
    )
    assert "totals" in str(fault())


def test_a_changed_entry_is_not_swept_away() -> None:
    changed(LOG, LOG.c.seq == 3, browser="Lynx")
    with pytest.raises(Broken, match="entry 3"):
        prune.check_before(planned(), lambda _: None)


def test_a_prune_during_a_verification_is_told() -> None:
    standing = current_standing()
    list(prune.prune(planned(), signer()))
    with pytest.raises(Unfinished, match="pruned meanwhile"):
        verify(standing, history(), lambda _: None)


def test_a_checkpoint_older_than_what_went_is_not_compared(app: Flask) -> None:
    standing = current_standing()
    links = select(LoginLog.seq, LoginLog.chain).where(LoginLog.seq.in_((3, 5))).order_by(LoginLog.seq)
    old, new = (
        Checkpoint(
            origin=standing.origin, epoch=standing.epoch, size=size or 0, chain=link or b"", time=now()
        )
        for size, link in db.session.execute(links)
    )
    list(prune.prune(planned(), signer()))
    assert verify(current_standing(), history(old), lambda _: None).newest is None
    assert verify(current_standing(), history(new), lambda _: None).newest


def test_retention_prunes_once_a_day(app: Flask) -> None:
    assert upkeep.prune_if_due(3 * DAY) == 5
    assert upkeep.prune_if_due(timedelta(hours=1)) == 0
    changed(LOG, LOG.c.action == Action.LOG_PURGE, occurred_at=now() - 2 * DAY)
    assert upkeep.prune_if_due(timedelta(hours=1)) == 2
    assert current_standing().pruned == 7


def test_retention_without_old_entries_writes_nothing(app: Flask) -> None:
    assert upkeep.prune_if_due(100 * DAY) == 0
    assert not db.session.scalar(select(LoginLog.id).where(LoginLog.action == Action.LOG_PURGE))


def test_only_one_process_prunes_for_retention(app: Flask) -> None:
    one, other = planned(), planned()
    since = now() - DAY
    assert next(prune.prune(one, signer(), unless_since=since)) == 2
    write_transaction(lambda session: session.execute(HEAD.update().values(pruned=0)))
    assert list(prune.prune(other, signer(), unless_since=since)) == []
    assert db.session.scalar(select(StreamHead.pruned)) == 0
