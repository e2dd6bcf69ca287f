"""What is to be sent to an endpoint: taken from the sealed log once, kept until it is through.

The cursor moves in the transaction that puts the entries into the table, so that none is lost and none put
twice, and it moves on whatever the endpoint answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from dashboard.followers import cursor
from dashboard.followers.lease import hold, is_free
from dashboard.followers.webhooks.retries import SICK_AFTER, is_due, is_resting
from dashboard.log.head import BrokenStream
from dashboard.log.recorder import name_refs
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.selection import Selection, read_selection
from models import DeliveryState, Follower, LoginLog, Webhook, WebhookDelivery
from models.clock import now

#: Entries looked at in one transaction, deliveries sent before the next, and how many may wait.
READ_AT_ONCE, SENT_AT_ONCE, MAX_UNDELIVERED = 500, 100, 10_000


@dataclass(frozen=True, slots=True)
class DueBatch:
    """What to send now, each with its entry, None where that was pruned; ``moved``: the log was read on."""

    webhook: Webhook
    due: Sequence[tuple[WebhookDelivery, LoginLog | None]]
    moved: bool


def follower_name(webhook_id: int) -> str:
    """Return what the cursor of an endpoint is called."""
    return f"webhook:{webhook_id}"


def selection_for(query: str, moment: datetime) -> Selection:
    """Return which entries an endpoint wants; raises ``QueryError``."""
    return read_selection({"q": query}, ZoneInfo("UTC"), moment, name_refs)


def take_due(session: Session, webhook_id: int) -> DueBatch | None:
    """Put what is new into the table and return what is due; None when it is not for this process."""
    webhook = session.get(Webhook, webhook_id)
    follower = hold_turn(session, webhook_id)
    if webhook is None or webhook.disabled_at is not None or follower is None or follower.paused_at:
        return None
    moved = _read_on(session, webhook, follower)
    moment = now()
    if is_resting(webhook.rests_until, moment):
        return DueBatch(webhook, (), moved)
    return DueBatch(webhook, _due(session, webhook, moment), moved)


def hold_turn(session: Session, webhook_id: int) -> Follower | None:
    """Take or keep the turn to deliver; None when another process has it."""
    row = cursor.locked(session, follower_name(webhook_id))
    if row is None or not is_free(row, now()):
        return None
    hold(row, now())
    return row


def _read_on(session: Session, webhook: Webhook, follower: Follower) -> bool:
    """Put the next entries that are wanted into the table; False when there are none, or too many wait."""
    claimed = cursor.claim(session, follower.name, None, follower.cursor)
    if claimed is None or _waiting(session, webhook.id) >= MAX_UNDELIVERED:
        return False
    last = min(claimed.cursor + READ_AT_ONCE, claimed.head)
    in_range = (LoginLog.seq > claimed.cursor) & (LoginLog.seq <= last)
    if session.scalar(select(func.count()).select_from(LoginLog).where(in_range)) != last - claimed.cursor:
        raise BrokenStream(f"entries are missing after {claimed.cursor}")
    wanted = select(LoginLog.event_id, LoginLog.seq).where(in_range, _is_wanted(webhook.query))
    _put(session, webhook.id, [(event_id, seq) for event_id, seq in session.execute(wanted)])
    follower.cursor, follower.delivered_at = last, now()
    follower.delivered += last - claimed.cursor
    return True


def _is_wanted(query: str) -> ColumnElement[bool]:
    return or_(*(and_(True, *branch) for branch in compile_selection(selection_for(query, now()))))


def _waiting(session: Session, webhook_id: int) -> int:
    mine = (WebhookDelivery.webhook_id == webhook_id) & WebhookDelivery.next_try_at.is_not(None)
    some = select(WebhookDelivery.id).where(mine).limit(MAX_UNDELIVERED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _put(session: Session, webhook_id: int, entries: Sequence[tuple[UUID, int | None]]) -> None:
    """Have entries delivered; those that were before, when the cursor was set back, once more."""
    ids = [event_id for event_id, _ in entries]
    known = (WebhookDelivery.webhook_id == webhook_id) & WebhookDelivery.event_id.in_(ids)
    found = set(session.scalars(select(WebhookDelivery.event_id).where(known)))
    if found:
        session.execute(update(WebhookDelivery).where(known).values(afresh(now())))
    rows = [
        {"webhook_id": webhook_id, "event_id": event_id, "seq": seq, "made_at": now(), **afresh(now())}
        for event_id, seq in entries
        if event_id not in found
    ]
    if rows:
        session.execute(insert(WebhookDelivery), rows)


def afresh(moment: datetime) -> dict[str, object]:
    """Return the columns of a delivery that begins at ``moment``."""
    return {"state": DeliveryState.WAITING, "attempts": 0, "began_at": moment, "next_try_at": moment}


def _due(
    session: Session, webhook: Webhook, moment: datetime
) -> Sequence[tuple[WebhookDelivery, LoginLog | None]]:
    """Return what is to be sent; one delivery to an endpoint that is sick."""
    mine = (WebhookDelivery.webhook_id == webhook.id) & is_due(moment)
    order = WebhookDelivery.next_try_at, WebhookDelivery.id
    limit = SENT_AT_ONCE if webhook.failures < SICK_AFTER else 1
    rows = session.scalars(select(WebhookDelivery).where(mine).order_by(*order).limit(limit)).all()
    found = session.scalars(select(LoginLog).where(LoginLog.event_id.in_([row.event_id for row in rows])))
    entries = {entry.event_id: entry for entry in found}
    return [(row, entries.get(row.event_id)) for row in rows]
