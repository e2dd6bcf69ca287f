"""What somebody has the database say for a moment only hides nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from dashboard.background import schedule
from dashboard.background.thread_state import Health
from dashboard.log.sealer import seal_all
from dashboard.proof import prune
from dashboard.proof.checkpoint.lease import Taken
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.clock import Clock
from dashboard.proof.erase import blank, entries_of
from dashboard.proof.restore import begin_anew
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.verify import current_standing, verify
from models import LoginLog, StreamHead, db
from models.clock import now
from tests.dashboard.proof.verify.tampering import copied, restored, sealed_book
from tests.proof import forge
from tests.proof.attack import ALL, COVERED
from tests.proof.site import Site, open_site
from tests.support.actions import AuthActions, make_user
from tests.support.book import entry, store
from tests.support.waiting import wait_until


@pytest.fixture
def site(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site that has lived a little, at rest."""
    with open_site(database_url, tmp_path, monkeypatch) as site:
        site.sign_ins(COVERED)
        site.checkpoint()
        with site.resting():
            site.sign_ins(ALL - COVERED)
            site.watched()
            yield site


@pytest.fixture
def kept(app: Flask) -> Store:
    """The checkpoints of a sealed log, the first of which is taken."""
    sealed_book()
    kept = Store.of(app.config["SETTINGS"])
    kept.take()
    return kept


def head(**values: Any) -> None:
    with db.engine.begin() as connection:
        forge.head(connection, **values)


def watching(site: Site) -> Health:
    return next(state.condition for state in schedule.states(site.app) if state.name == "watch")


@pytest.mark.parametrize("said", [{"epoch": "0f" * 16}, {"pruned": 10**9}, {"encoding": 3}])
def test_a_cut_is_missed_though_the_watch_was_told_otherwise(site: Site, said: dict[str, Any]) -> None:
    columns = [getattr(StreamHead, name) for name in said]
    with db.engine.connect() as connection:
        honest = dict(connection.execute(select(*columns)).one()._mapping)
    head(**said)
    wait_until(lambda: watching(site) == Health.FAILING, "the watch has looked")
    with db.engine.begin() as connection:
        connection.execute(delete(LoginLog).where(LoginLog.seq > COVERED))
        forge.head(connection, **honest)
        forge.recompute(connection)
    assert f"a server saw {ALL} entries" in site.fault()
    wait_until(lambda: watching(site) == Health.FAILING, "it looked again")
    assert f"a server saw {ALL} entries" in site.fault()


def test_who_holds_the_turn_for_hours_is_told(app: Flask) -> None:
    sealed_book()
    kept = Store.of(app.config["SETTINGS"])
    kept.take(now() - timedelta(hours=3))
    head(signer="somebody", signer_until=now() + timedelta(minutes=9))
    with pytest.raises(Taken):
        kept.keep_if_due(timedelta(hours=1))
    assert kept.keep_if_due(timedelta(hours=2.5)) is None  # another may well be about it


def test_a_purge_that_a_restore_undid_vouches_no_more(kept: Store) -> None:
    backup = copied()
    standing = current_standing()
    moment = Clock(now() + timedelta(days=1), kept.history(standing.origin))
    plan = prune.plan_prune(standing, timedelta(0), moment)
    assert sum(prune.prune(plan, kept.signer())) == plan.count > 0
    seal_all()
    with db.engine.connect() as connection:
        purge = dict(
            connection.execute(select(LoginLog).where(LoginLog.action == "log_purge")).one()._mapping
        )
        gone = connection.execute(
            select(StreamHead.pruned, StreamHead.anchor, StreamHead.anchor_frontier)
        ).one()
    restored(backup)
    begin_anew(kept, lambda: False)
    with db.engine.begin() as connection:
        forge.put(connection, purge, event_id=purge["event_id"])
    assert seal_all() == 1  # its mac is ours
    with db.engine.begin() as connection:
        connection.execute(delete(LoginLog).where(LoginLog.seq <= gone.pruned))
        forge.head(connection, **gone._mapping)
        forge.recompute(connection)
    standing = current_standing()
    with pytest.raises(Broken):
        verify(standing, kept.history(standing.origin), lambda _: None)


def test_what_waits_when_a_backup_is_restored_still_vouches(kept: Store) -> None:
    """An honest one: it was recorded before the backup was made, and sealed after."""
    list(blank(1, entries_of(1), kept.signer()))
    begin_anew(kept, lambda: False)
    standing = current_standing()
    verify(standing, kept.history(standing.origin), lambda _: None)


def test_an_adoption_needs_a_pin_of_another(kept: Store) -> None:
    """Somebody has the database name another SECRET_KEY, and the operator follow the advice."""
    store([entry(700, mac=bytes(32))])
    with db.engine.begin() as connection:
        last = forge.rows(connection)[-1]["seq"]
        connection.execute(update(LoginLog).where(LoginLog.seq.is_(None)).values(seq=last + 1))
        forge.head(connection, seq=last + 1)
        forge.recompute(connection)
    head(secret_id="0" * 16)
    with pytest.raises(Broken, match=r"changed there; see `manage.py after-restore`"):
        kept.check_secret()
    with pytest.raises(Broken, match="it was not recorded by a Gatehouse with this SECRET_KEY"):
        begin_anew(kept, lambda: True)


def test_a_database_that_keeps_no_entry_lets_nobody_in(sqlite_app: Flask) -> None:
    alice = make_user("alice")
    with db.engine.begin() as connection:
        connection.execute(
            text(
                f"CREATE TRIGGER lie BEFORE INSERT ON login_log WHEN NEW.user_id = {alice.id}"
                " BEGIN SELECT RAISE(IGNORE); END"
            )
        )
    browser = AuthActions(sqlite_app.test_client())
    assert browser.login("alice").status_code == 503
    assert browser.client.get("/account").status_code == 302
