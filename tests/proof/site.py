"""A site whose threads run as in a serving process, with an hour's schedule every moment."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from auth.events import AuthEvent, Client, Subject
from dashboard.background import schedule
from dashboard.log.recorder import record
from dashboard.proof import upkeep
from dashboard.proof.checkpoint.history import read_checkpoint
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.verify import current_standing, verify
from models import Action, LoginLog, Outcome, QuarantinedEntry, Reason, db, write_transaction
from tests.support.app import build
from tests.support.waiting import wait_until


class Site:
    """People sign in; entries are sealed and checkpoints taken by the site's own threads."""

    def __init__(self, app: Flask) -> None:
        self.app, self._numbers, self.looked = app, count(1), 0
        self.rests = False
        self.store = Store.of(app.config["SETTINGS"])

    def sign_ins(self, number: int, *, user_id: int = 1) -> None:
        """Have people come, every third with a wrong password, and wait until all are sealed."""
        for _ in range(number):
            write_transaction(partial(record, event=self._event(user_id)))
        wait_until(lambda: _unsealed() == 0, "all is sealed")

    def checkpoint(self) -> None:
        """Wait until the schedule has signed all that is sealed."""
        size = current_standing().seq
        wait_until(lambda: size in self.sizes(), "a checkpoint was taken")

    def watched(self) -> None:
        """Wait until the site has noted how far the log has come."""
        standing = current_standing()
        wait_until(lambda: self._seen() == standing.seq, "the log was watched")

    def _seen(self) -> int:
        seen = self.store.history(current_standing().origin).seen
        return seen.size if seen else 0

    def sizes(self) -> list[int]:
        """Return how many entries each checkpoint covers, by time."""
        history = self.store.history(current_standing().origin)
        return [found.size for found in history.checkpoints]

    def signed(self) -> set[bytes]:
        """Return the links that checkpoints vouch for, whatever log they are of."""
        read = (read_checkpoint(path.read_text(), ()) for path in self.files())
        return {found.chain for found in read}

    def files(self) -> list[Path]:
        """Return the checkpoints' files."""
        return sorted(self.store.folder.glob("*-*.note"), key=lambda path: int(path.stem.split("-")[3]))

    def fault(self) -> str:
        """Return what a verification finds wrong, empty when the log is intact."""
        try:
            standing = current_standing()
            history = self.store.history(standing.origin)
            self.store.check_pin(standing, history)
            verify(standing, history, lambda _: None)
        except Broken as broken:
            return str(broken)
        return ""

    def looks(self) -> None:
        """Wait until the schedule has looked twice, begun after now, whether a checkpoint is due."""
        before = self.looked
        wait_until(lambda: self.looked >= before + 2, "the schedule looked")

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Have the schedule sign nothing during the block, as between two hours."""
        self.rests = True
        self.looks()
        yield
        self.rests = False

    def aside(self) -> int:
        """Return how many rows were moved out of the log."""
        db.session.rollback()
        return db.session.scalar(select(func.count()).select_from(QuarantinedEntry)) or 0

    def _event(self, user_id: int) -> AuthEvent:
        number = next(self._numbers)
        is_wrong = number % 3 == 0
        client = Client(ip=f"192.0.2.{number % 200 + 1}", user_agent="Firefox")
        outcome = Outcome.FAILURE if is_wrong else Outcome.SUCCESS
        reason = Reason.INVALID_PASSWORD if is_wrong else None
        subject = Subject(f"person{user_id}", user_id)
        return AuthEvent(Action.LOGIN, outcome, subject, client, reason=reason, detail={"n": number})


@contextmanager
def open_site(database_url: str, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Run a site on an empty database; what is hourly is done all the time."""
    patch.setattr(upkeep, "CHECKPOINT_EVERY", timedelta(0))
    patch.setattr(upkeep, "CHECKPOINT_LOOK", 0.02)
    patch.setattr(upkeep, "WATCH_LOOK", 0.02)
    keep = Store.keep_if_due

    def counted(store: Store, every: timedelta) -> object:
        try:
            return None if site.rests else keep(store, every)
        finally:
            site.looked += 1

    patch.setattr(Store, "keep_if_due", counted)
    app = build(database_url, checkpoint_dir=folder / "checkpoints", checkpoint_key=folder / "key")
    site, before = Site(app), set(threading.enumerate())
    with app.app_context():
        schedule.start(app)
        try:
            yield site
        finally:
            ours = {state.name for state in schedule.states(app)}
            schedule.stop(app)
            for thread in set(threading.enumerate()) - before:
                if thread.name in ours:
                    thread.join(10)
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def _unsealed() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(LoginLog.seq.is_(None))) or 0
