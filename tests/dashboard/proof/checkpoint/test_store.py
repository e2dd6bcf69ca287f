"""Checkpoints are taken while the log deserves it, and kept."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.log.authentic.secret import settle_secret
from dashboard.log.sealer import seal_all
from dashboard.proof.checkpoint import store as checkpoint_store
from dashboard.proof.checkpoint.checkpoint import Checkpoint, key_id
from dashboard.proof.checkpoint.key import NoKey, read_key
from dashboard.proof.checkpoint.lease import TURN, Taken, turn
from dashboard.proof.checkpoint.pin import BadPin
from dashboard.proof.checkpoint.store import Store, Unsigned
from dashboard.proof.checkpoint.watch import watch
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.hold import Findings
from dashboard.proof.verify.verify import Standing, current_standing, verify
from models import StreamHead, db
from models.clock import now
from tests.dashboard.proof.verify.tampering import HEAD, LOG, changed, copied, restored, sealed_book
from tests.support.book import entry, store


@pytest.fixture
def kept(app: Flask, tmp_path: Path) -> Store:
    """A folder of checkpoints, and a key elsewhere."""
    return Store(tmp_path / "checkpoints", tmp_path / "key")


def grow(number: int) -> None:
    """Have one more entry sealed."""
    store([entry(number)])
    seal_all()


def findings(kept: Store) -> Findings:
    """Verify the log against all that is kept."""
    standing = current_standing()
    history = kept.history(standing.origin)
    kept.check_pin(standing, history)
    return verify(standing, history, lambda _: None)


def fault(kept: Store) -> str:
    """Return what a verification finds wrong."""
    with pytest.raises(Broken) as raised:
        findings(kept)
    return str(raised.value)


def head() -> StreamHead:
    """Return the head as it is now."""
    db.session.rollback()
    return db.session.scalars(select(StreamHead).execution_options(populate_existing=True)).one()


def test_each_names_the_one_before_and_all_agree(kept: Store) -> None:
    taken = list[Checkpoint]()
    for number in (500, 501, 502):
        grow(number)
        taken.append(kept.take())
    assert [found.previous for found in taken] == [None, taken[0].digest, taken[1].digest]
    assert list(findings(kept).agreeing) == taken
    assert (head().checkpoint_key, head().checkpoint_size) == (taken[-1].signers[0], 3)


def test_they_are_taken_when_due_also_when_idle(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    hour, clock = timedelta(hours=1), [now()]
    monkeypatch.setattr(checkpoint_store, "now", lambda: clock[0])
    first = kept.keep_if_due(hour)
    clock[0] += timedelta(minutes=59)
    assert kept.keep_if_due(hour) is None
    clock[0] += timedelta(minutes=1)
    second = kept.keep_if_due(hour)
    assert first
    assert second
    assert first.size == second.size == 0


def test_one_dated_in_the_future_does_not_stop_the_schedule(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [now() + timedelta(days=365)]
    monkeypatch.setattr(checkpoint_store, "now", lambda: clock[0])
    kept.take()
    clock[0] = now()
    assert kept.keep_if_due(timedelta(hours=1)) is not None
    assert kept.keep_if_due(timedelta(hours=1)) is None


def test_an_older_copy_is_found_and_nothing_more_is_signed(kept: Store) -> None:
    settle_secret()  # as a server does that starts
    sealed_book()
    backup = copied()
    grow(500)
    kept.take()
    restored(backup)
    assert "an older copy was restored" in fault(kept)
    with pytest.raises(Broken, match="an older copy was restored"):
        kept.take()
    store([entry(501), entry(502)])
    seal_all()
    assert "another copy restored" in fault(kept)
    with pytest.raises(Broken, match="another copy restored"):
        kept.take()
    assert len(list(kept.folder.glob("*.note"))) == 1


@pytest.mark.parametrize("field", ["origin", "epoch"])
def test_a_database_of_another_log_is_told_by_what_is_pinned(kept: Store, field: str) -> None:
    sealed_book()
    kept.take()
    changed(HEAD, HEAD.c.id == 1, **{field: "0f" * 16})
    assert f"its {field} is {'0f' * 16}" in fault(kept)
    with pytest.raises(Broken, match=f"its {field} is"):
        kept.take()


@pytest.mark.parametrize("content", ["", "x", "gatehouse/x\n\n\N{EM DASH} x AAAA\n"])
def test_a_pin_that_was_changed_is_told(kept: Store, content: str) -> None:
    kept.take()
    kept.pin.write_text(content)
    with pytest.raises(BadPin):
        kept.take()


def test_an_entry_that_is_not_ours_is_never_signed(kept: Store) -> None:
    grow(500)
    kept.take()
    grow(501)
    changed(LOG, LOG.c.seq == 2, mac=bytes(32))
    assert "not recorded by a Gatehouse with this SECRET_KEY" in fault(kept)
    with pytest.raises(Broken, match="entry 2"):
        kept.take()


def test_a_tree_that_was_changed_is_never_signed(kept: Store) -> None:
    grow(500)
    kept.take()
    grow(501)
    changed(HEAD, HEAD.c.id == 1, frontier=bytes(32))
    with pytest.raises(Broken, match="another tree"):
        kept.take()


def test_what_others_note_meanwhile_is_no_fault(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.take()
    watch(kept)
    numbers = count(900)

    def standing_before_more() -> Standing:
        found = current_standing()
        grow(next(numbers))
        watch(kept)
        return found

    monkeypatch.setattr(checkpoint_store, "current_standing", standing_before_more)
    assert kept.take().size == current_standing().seq - 1


def test_a_name_tells_nothing(kept: Store) -> None:
    sealed_book()
    old = kept.take()
    grow(500)
    newest = kept.take()
    kept.path(newest).rename(kept.folder / "1970.note")
    kept.path(old).rename(kept.folder / "2999.note")
    assert findings(kept).newest == newest
    changed(HEAD, HEAD.c.id == 1, seq=12)
    assert "missing" in fault(kept) or "beyond the head" in fault(kept)


def test_a_key_is_made_for_a_log_without_checkpoints_only(kept: Store, tmp_path: Path) -> None:
    grow(500)
    kept.take()
    for empty in (Store(tmp_path / "none", kept.key), Store(tmp_path / "none", tmp_path / "another")):
        with pytest.raises(Unsigned, match="the newest checkpoint, over 1 entries, is not in"):
            empty.take()
        with pytest.raises(Unsigned):
            empty.signer()
    kept.key.unlink()
    with pytest.raises(Unsigned, match=f"there is no key in {kept.key}"):
        kept.signer()
    foreign = Store(kept.folder, tmp_path / "other")
    Store(tmp_path / "o", tmp_path / "other").folder.mkdir()
    foreign.key.write_bytes(b"no key")
    with pytest.raises(NoKey, match="other is not a readable key"):
        foreign.take()


def test_a_key_is_rotated_by_one_that_both_sign(kept: Store) -> None:
    grow(500)
    first = kept.take()
    both = kept.rotate_key()
    present = key_id(read_key(kept.key).public_key())
    assert both.signers == (first.signers[0], present)
    grow(501)
    assert kept.take().signers == (present,)
    assert kept.signer().covered == 2
    assert len(findings(kept).agreeing) == 3


def test_with_a_lost_key_it_goes_on_and_says_so(kept: Store) -> None:
    grow(500)
    kept.take()
    kept.key.unlink()
    taken = kept.take_with_new_key()
    assert taken.is_new_key
    assert len(findings(kept).agreeing) == 2
    assert kept.take().is_new_key is False


def test_one_signed_by_nobody_known_is_counted(kept: Store, tmp_path: Path) -> None:
    taken = kept.take()
    key_of = kept.folder / f"{taken.signers[0]}.pub.pem"
    elsewhere = Store(kept.folder, tmp_path / "none")
    assert elsewhere.history(taken.origin).unknown == 0
    key_of.unlink()
    assert elsewhere.history(taken.origin).unknown == 1
    assert elsewhere.history("f" * 32).unknown == 0


def test_one_process_at_a_time(kept: Store) -> None:
    with turn(), pytest.raises(Taken):
        kept.take(patience=0)
    assert kept.take(patience=0)


def test_a_turn_is_waited_for(kept: Store) -> None:
    changed(HEAD, HEAD.c.id == 1, signer="somebody", signer_until=now() + timedelta(seconds=0.3))
    assert kept.take()


@pytest.mark.parametrize("later", [-TURN, 3 * TURN])
def test_nobody_waits_for_who_died_nor_for_a_turn_that_cannot_be(kept: Store, later: timedelta) -> None:
    changed(HEAD, HEAD.c.id == 1, signer="somebody", signer_until=now() + later)
    assert kept.take()


def test_a_restored_key_and_folder_go_on(kept: Store) -> None:
    grow(500)
    taken = kept.take()
    assert replace(taken, time=taken.time) == kept.history(taken.origin).last
