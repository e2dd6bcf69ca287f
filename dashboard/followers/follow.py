"""Follow: what is done with each sealed entry, in order, at least once, however often it fails.

A follower has a durable cursor and a turn. What a batch leads to is done between two transactions, so that
neither a receiver that hangs nor a file that is full holds a connection, and no follower waits for another.
"""

import logging
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from flask import Flask, current_app
from sqlalchemy.exc import IntegrityError

from dashboard.background.schedule import after_seal
from dashboard.followers import cursor
from dashboard.log.head import BrokenStream
from dashboard.web.stopping import is_stopping
from models import LoginLog, write_transaction
from models.clock import now

logger = logging.getLogger(__name__)
#: Seconds between two looks, and between two rounds at least.
LOOK, REST = 1.0, 0.25
#: Seconds that pass at most before what failed is tried again.
LONGEST_PAUSE = 60.0
#: Entries in one delivery, unless a follower says otherwise.
BATCH = 500
#: Calls of a traceback that are kept, and characters of what is kept.
MAX_FRAMES, MAX_ERROR = 8, 4000
_KEY = "gatehouse.followers"


class DeliveryFailed(Exception):
    """A delivery failed in a way that its text tells, in words of ours that name nobody."""


@dataclass(frozen=True)
class Delivery:
    """Some sealed entries in order, the next of the log.

    ``unfinished`` is what `Consequence.prepare` said before an attempt at the same entries that was cut off.
    """

    name: str
    entries: Sequence[LoginLog]
    unfinished: str | None = None

    @property
    def first(self) -> int:
        """The ``seq`` of the first entry."""
        return int(self.entries[0].seq or 0)

    def renew(self) -> None:
        """Keep the turn: call it at least every `LEASE` during a delivery; raises ``TurnLost``."""
        write_transaction(partial(cursor.renew, name=self.name, cursor=self.first - 1))


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Consequence:
    """What sealed entries lead to.

    ``deliver`` does it; it raises ``DeliveryFailed`` or any other error where it cannot, and is asked again.
    It takes no longer than `dashboard.followers.lease.LEASE` or renews its turn. ``prepare`` returns what is
    stored just before, so that who delivers after a crash can tell what had been done already.
    """

    name: str
    deliver: Callable[[Delivery], None]
    prepare: Callable[[], str | None] = field(default=_nothing)
    batch: int = BATCH


def follow(app: Flask, consequence: Consequence) -> None:
    """Have it done in the background for each entry from now on, or from where its cursor stands."""
    consequences(app)[consequence.name] = consequence
    work = partial(_round, consequence, now())
    after_seal(app, consequence.name, work, every=LOOK, rest=REST, backoff=LONGEST_PAUSE)


def consequences(app: Flask) -> dict[str, Consequence]:
    """Return what ``app`` follows with, by name."""
    found: dict[str, Consequence] = app.extensions.setdefault(_KEY, {})
    return found


def catch_up(consequence: Consequence) -> None:
    """Deliver what is sealed and was not delivered, a batch at a time; raises what a delivery raised."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    while not is_stopping(app):
        try:
            seen = cursor.due(consequence.name)
            if seen is None or not _deliver_some(consequence, seen):
                return
        except Exception as error:
            _note(consequence.name, error)
            raise


def begin(name: str, since: datetime) -> None:
    """Make the row of a new follower: it begins with what happens after ``since``."""
    with suppress(IntegrityError):  # another process was quicker
        write_transaction(partial(cursor.create, name=name, since=since))


def _round(consequence: Consequence, since: datetime) -> None:
    begin(consequence.name, since)
    catch_up(consequence)


def _deliver_some(consequence: Consequence, seen: int) -> bool:
    """Deliver one batch; False when another process does."""
    name = consequence.name
    claimed = write_transaction(partial(cursor.claim, name=name, intent=consequence.prepare(), seen=seen))
    if claimed is None:
        return False
    entries = cursor.entries_after(claimed.cursor, claimed.head, consequence.batch)
    delivery = Delivery(name, entries, claimed.unfinished)
    try:
        consequence.deliver(delivery)
        last = claimed.cursor + len(entries)
        write_transaction(partial(cursor.advance, name=name, cursor=claimed.cursor, last=last))
    except cursor.TurnLost as lost:
        logger.warning("%s", lost)
        return False
    return True


def _note(name: str, error: Exception) -> None:
    """Keep the failure where the page finds it; without a database only the log has it."""
    with suppress(Exception):
        write_transaction(partial(cursor.fail, name=name, error=trace_of(error)))


def trace_of(error: Exception) -> str:
    """Return where and how it failed; a message only where it cannot quote what people typed."""
    lines = traceback.format_tb(error.__traceback__)
    message = f": {error}" if isinstance(error, DeliveryFailed | OSError | BrokenStream) else ""
    return "".join([*lines[-MAX_FRAMES:], f"{type(error).__name__}{message}"])[-MAX_ERROR:]
