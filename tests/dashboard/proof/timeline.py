"""A site whose clock can be set: people come, the schedule looks, retention looks."""

from datetime import UTC, datetime, timedelta, tzinfo
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.log.sealer import seal_all
from dashboard.proof import clock, upkeep
from dashboard.proof.checkpoint.key import private_pem
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.clock import Clock, Doubtful
from models import LoginLog, db
from models import clock as present
from tests.support.book import entry, store
from tests.support.proof import KEY

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FAR = 4000 * DAY
RETENTION = 98 * DAY


class Site:
    """What the clock says is ``moment``; the database's clock says the same unless told otherwise."""

    def __init__(self, app: Flask, patch: pytest.MonkeyPatch, folder: Path, retention: timedelta) -> None:
        settings = app.config["SETTINGS"].model_copy(
            update={"checkpoint_dir": folder / "checkpoints", "checkpoint_key": folder / "key"}
        )
        patch.setitem(app.config, "SETTINGS", settings)
        patch.setattr(present, "datetime", self)
        patch.setattr(clock, "database_time", lambda: self.database)
        self.moment = datetime.now(UTC) - 1000 * DAY
        self.database: datetime | None = None
        folder.mkdir(exist_ok=True)
        (folder / "key").write_bytes(private_pem(KEY))
        self.store, self.retention, self._numbers = Store.of(settings), retention, count(1)

    def now(self, _: tzinfo) -> datetime:
        """Return what the clock says, as ``datetime.now``."""
        return self.moment

    def clock(self) -> Clock:
        """Return what the clock says, beside the checkpoints."""
        return self.store.clock()

    def sign_in(self, at: datetime | None = None) -> int:
        """Have somebody sign in; return the number of the entry. ``at`` is what it is dated."""
        store([entry(next(self._numbers), occurred_at=at or self.moment)])
        seal_all()
        return max(self.seqs())

    def sign(self) -> bool:
        """Have the schedule look whether a checkpoint is due; return whether one was taken."""
        return self.store.keep_if_due(HOUR) is not None

    def prune(self) -> int:
        """Have retention look; return how many entries it deleted."""
        try:
            return upkeep.prune_if_due(self.retention)
        finally:
            db.session.remove()
            seal_all()

    def rests(self) -> str:
        """Return why retention does nothing."""
        before = self.seqs()
        with pytest.raises(Doubtful) as doubt:
            self.prune()
        assert self.seqs() == before
        return str(doubt.value)

    def refusal(self) -> str:
        """Return why the schedule takes no checkpoint."""
        with pytest.raises(Doubtful) as doubt:
            self.sign()
        return str(doubt.value)

    def live(self, days: int, every: int = 5, *, signs: bool = True) -> None:
        """Go on as usual: a sign-in each few days, and a checkpoint unless ``signs`` is False."""
        for _ in range(0, days, every):
            self.moment += every * DAY
            self.sign_in()
            if signs:
                assert self.sign()

    def seqs(self) -> list[int]:
        """Return the numbers of the entries that are there."""
        db.session.rollback()
        return [seq for seq in db.session.scalars(select(LoginLog.seq).order_by(LoginLog.seq)) if seq]


def running(app: Flask, patch: pytest.MonkeyPatch, folder: Path) -> Site:
    """Return a site with 31 entries and as many checkpoints, one each five days."""
    site = Site(app, patch, folder, RETENTION)
    site.sign_in()
    assert site.sign()
    site.live(150)
    return site
