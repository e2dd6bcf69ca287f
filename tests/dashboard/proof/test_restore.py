"""After a backup was restored: sessions end, the loss is signed and seen, and all goes on."""

from contextvars import Context
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from auth.attempts import Credentials
from auth.events import Client
from auth.service import authenticate
from dashboard.log.sealer import seal_all
from models import StreamHead, User, UserSession, db
from models.clock import now
from tests.dashboard.cli.conftest import Run, on, refusal
from tests.dashboard.proof.verify.tampering import LOG, changed, copied, restored, sealed_book
from tests.support.actions import PASSWORD, make_user
from tests.support.book import entry, store

OTHER = "another secret of thirty-two bytes or more"


@pytest.fixture
def manage(database_url: str, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command that builds an app of its own, with keys of its own."""
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path / "instance")
    return partial(Context().run, on(database_url))


def grow(*numbers: int) -> None:
    """Have more entries sealed."""
    store([entry(number, occurred_at=now()) for number in numbers])
    seal_all()


def wrong(result: Result) -> str:
    """Return the last line of a command that failed."""
    assert result.exit_code > 0
    return result.stderr.splitlines()[-1]


def live() -> int:
    """Return how many sessions go on."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(UserSession.revoked_at.is_(None))) or 0


def test_what_is_lost_is_told_and_signed(manage: Run) -> None:
    sealed_book()
    manage("checkpoint")
    backup = copied()
    grow(500, 501, 502)
    manage("checkpoint")
    restored(backup)
    assert "an older copy was restored" in wrong(manage("verify"))
    told = manage("after-restore").stdout
    assert "a new epoch begins after 12 entries" in told
    assert "entries 13 to 15 are lost: the checkpoint of " in told
    grow(600)
    verified = manage("verify")
    assert verified.exit_code == 0
    assert "a backup was restored on " in verified.stdout
    assert "entries 13 to 15 are lost" in verified.stdout
    manage("checkpoint")
    assert manage("verify").exit_code == 0


def test_the_epoch_is_another_and_the_chain_is_not(manage: Run) -> None:
    sealed_book()
    manage("checkpoint")
    before = db.session.execute(select(StreamHead.epoch, StreamHead.chain)).one()
    assert manage("after-restore").exit_code == 0
    db.session.rollback()
    after = db.session.execute(select(StreamHead.epoch, StreamHead.first_epoch, StreamHead.chain)).one()
    assert (after.epoch != before.epoch, after.first_epoch, after.chain) == (True, before.epoch, before.chain)


def test_all_sessions_end_and_no_device_is_known(manage: Run) -> None:
    make_user("alice")
    for _ in range(2):
        authenticate(Credentials("alice", PASSWORD), Client())
    seal_all()
    assert "2 sessions ended" in manage("after-restore").stdout
    assert live() == 0
    assert db.session.scalar(select(User.device_generation)) == 1


def test_restores_one_after_the_other_stay_visible(manage: Run) -> None:
    sealed_book()
    manage("checkpoint")
    oldest = copied()
    for number in (500, 600):
        grow(number)
        manage("checkpoint")
        restored(oldest)
        assert manage("after-restore").exit_code == 0
        grow(number + 1)
        manage("checkpoint")
    verified = manage("verify")
    assert (verified.exit_code, verified.stdout.count("a backup was restored")) == (0, 2)


def test_a_copy_of_before_the_restore_is_told(manage: Run) -> None:
    sealed_book()
    manage("checkpoint")
    backup = copied()
    manage("after-restore")
    restored(backup)
    assert "broken" in wrong(manage("verify"))
    assert manage("checkpoint").exit_code == 1


def test_whom_to_erase_again_is_named(manage: Run) -> None:
    zoe = make_user("zoe")
    store([entry(1, "zoe", user_id=zoe.id)])
    seal_all()
    manage("checkpoint")
    before = {**copied()}
    manage("erase-user", "zoe")
    restored(before)
    db.session.expire_all()
    changed(User.__table__, User.id == zoe.id, username="zoe", username_key="zoe", erased_at=None)
    told = manage("after-restore")
    assert "erase again: manage.py erase-user zoe" in told.stdout
    manage("erase-user", "zoe")
    assert "erase again" not in manage("after-restore").stdout


def test_a_backup_that_was_forged_is_refused(manage: Run) -> None:
    sealed_book()
    manage("checkpoint")
    changed(LOG, LOG.c.seq == 4, browser="Forged")
    assert "entry 4" in refusal(manage("after-restore"))


def test_a_new_key_is_adopted_when_it_may_be(manage: Run) -> None:
    sealed_book()
    manage("checkpoint")
    assert "after-restore" in refusal(manage("checkpoint", secret_key=OTHER))
    assert manage("after-restore", secret_key=OTHER, given="n\n").exit_code != 0
    assert manage("verify").exit_code == 0
    assert manage("after-restore", "--yes", secret_key=OTHER).exit_code == 0
    assert "intact" in manage("verify", secret_key=OTHER).output
    assert "after-restore" in wrong(manage("verify"))


def test_another_log_in_the_same_place_is_adopted_by_it(manage: Run) -> None:
    sealed_book()
    manage("checkpoint")
    changed(
        StreamHead.__table__, StreamHead.id == 1, checkpoint_key=None, checkpoint_size=0, origin="0d" * 16
    )
    assert "another log" in refusal(manage("verify"))
