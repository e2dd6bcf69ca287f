"""What must follow when a backup of the database was restored: a new epoch, and a scar that everybody sees.

A restored backup knows sessions that were ended since and people who were erased since, and lacks
entries that checkpoints vouch for.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.log.authentic.secret import ForeignSecret, adopt_secret, check_secret
from dashboard.log.sealer import seal_all
from dashboard.proof.checkpoint.checkpoint import Checkpoint, Restored
from dashboard.proof.checkpoint.erasures import erased_accounts
from dashboard.proof.checkpoint.history import History
from dashboard.proof.checkpoint.lease import turn
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.verify.standing import Standing
from dashboard.proof.verify.verify import verify
from models import StreamHead, User, UserSession, db, write_transaction
from models.clock import now


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a restore left: ``last`` is the newest checkpoint of before, None when there was none.

    ``size`` entries are there, in ``checkpoint`` from now on; ``sessions`` were ended; ``unerased`` are the
    names of accounts that were erased after the backup was made.
    """

    last: Checkpoint | None
    checkpoint: Checkpoint
    sessions: int
    unerased: Sequence[str]

    @property
    def lost(self) -> int:
        """How many entries are known to be lost."""
        return max(0, self.last.size - self.checkpoint.size) if self.last else 0


def begin_anew(store: Store, may_adopt: Callable[[], bool]) -> Aftermath:
    """End all sessions, begin a new epoch and sign what is lost.

    ``may_adopt`` is asked whether to go on with this SECRET_KEY when the log was recorded with another.
    Raises ``Broken`` when the restored log does not check or contradicts a checkpoint of what it should
    hold, ``ForeignSecret`` when its SECRET_KEY is another and must not be adopted, and as `Store.take`.
    """
    with turn():
        is_ours = _is_ours(store, may_adopt)
        if is_ours:
            seal_all()  # what waits belongs to the epoch that ends
        standing, history = store.present()
        unauthenticated = 0 if is_ours else standing.seq
        verify(*_as_backup(standing, history), lambda _: None, trusted=unauthenticated)
        last = history.last
        sessions = write_transaction(_new_epoch)
        adopt_secret()
        before = Restored(last.epoch if last else standing.epoch, last.size if last else standing.seq)
        taken = store.take_after_restore(before, unauthenticated=unauthenticated)
        return Aftermath(last, taken, sessions, _unerased(store, standing.origin))


def _is_ours(store: Store, may_adopt: Callable[[], bool]) -> bool:
    """Whether our SECRET_KEY recorded this log; raises ``ForeignSecret`` when another did and it stays so.

    The pin is believed rather than the database: else who writes there has what nobody authenticated signed.
    """
    try:
        check_secret()
    except ForeignSecret:
        if store.is_secret_pinned():
            return True
        if not may_adopt():
            raise
        return False
    return True


def _as_backup(standing: Standing, history: History) -> tuple[Standing, History]:
    """Return the log as it was in its own epoch, and the checkpoints of what it should hold."""
    order = history.epochs(standing.first_epoch)
    known = [found for found in history.checkpoints if found.size <= standing.seq and found.epoch in order]
    return replace(standing, epoch=order[-1]), replace(history, checkpoints=known, seen=None)


def _new_epoch(session: Session) -> int:
    """Give the stream a new epoch, know no device any more; return how many sessions were ended."""
    session.execute(update(StreamHead).values(epoch=secrets.token_hex(16)))
    session.execute(update(User).values(device_generation=User.device_generation + 1))
    live = update(UserSession).where(UserSession.revoked_at.is_(None)).values(revoked_at=now())
    return session.connection().execute(live).rowcount


def _unerased(store: Store, origin: str) -> list[str]:
    erased = erased_accounts(store.folder, origin)
    names = select(User.username).where(User.id.in_(erased), User.erased_at.is_(None)).order_by(User.username)
    found = list(db.session.scalars(names))
    db.session.rollback()
    return found
