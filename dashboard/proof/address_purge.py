"""Address purge: forget where old entries came from, while their names stay and all of it stays provable.

The addresses, agents and nonces of a batch are blanked, their digests stay, and an entry says
"places blank through N"; a verification demands it.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from auth.events import AuthEvent, Client
from dashboard.log.chain import PLACE_COLUMNS
from dashboard.log.recorder import record
from dashboard.proof.prune import PrunePlan
from dashboard.proof.verify.verify import Advance, check_entries
from dashboard.proof.voucher import Signer
from models import Action, LoginLog, Outcome, StreamHead, write_transaction

#: Entries blanked in one transaction.
PLACE_BATCH = 1000


class AddressPurgeConflict(Exception):
    """Somebody else purges addresses; the transaction was rolled back."""


def purge_addresses(wanted: PrunePlan, signer: Signer, progress: Advance = lambda _: None) -> Iterator[int]:
    """Blank the places of the entries that ``wanted`` names and checkpoints cover; yield how many.

    They are verified first, so that no trace of a change is swept away: raises ``Broken``. Raises
    ``AddressPurgeConflict`` when another process purges.
    """
    standing, through = wanted.standing, min(wanted.through, signer.covered)
    begin = max(standing.pruned, standing.places_blank)
    if through <= begin:
        return
    check_entries(standing, through, progress, wanted.history, after=begin)
    for first in range(begin, through, PLACE_BATCH):
        last = min(first + PLACE_BATCH, through)
        write_transaction(partial(_blank, first, last, _purged(last, wanted.before, signer)))
        yield last - first


def _blank(first: int, last: int, event: AuthEvent, session: Session) -> None:
    """Blank a batch and record it, under the lock of the head: two processes would take turns."""
    head = session.scalars(select(StreamHead).with_for_update()).one()
    if max(head.pruned, head.places_blank) != first:
        raise AddressPurgeConflict("another process purges addresses or prunes")
    head.places_blank = last
    nothing = dict.fromkeys(PLACE_COLUMNS)
    session.execute(update(LoginLog).where(LoginLog.seq > first, LoginLog.seq <= last).values(nothing))
    record(session, event)


def _purged(last: int, before: datetime, signer: Signer) -> AuthEvent:
    detail: dict[str, object] = {"through": last, "before": before.isoformat(timespec="seconds")}
    return signer.sign(AuthEvent(Action.ADDRESS_PURGE, Outcome.SUCCESS, None, Client()), detail)
