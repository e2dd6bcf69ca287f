"""Deliveries are kept for a month, or for as long as the entries that they are about."""

from datetime import timedelta

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from dashboard.config.settings import Settings
from dashboard.proof.checkpoint.store import Store
from models import Webhook, WebhookDelivery, write_transaction

#: How long a delivery is remembered, and the seconds between two looks.
KEPT_FOR = timedelta(days=30)
FORGETTING_EVERY = 3600
#: Rows deleted in one transaction.
FORGOTTEN_AT_ONCE = 1000


def forget_deliveries(settings: Settings) -> int:
    """Delete what is too old or belongs to no endpoint; return how many.

    Rests while the clock is in doubt.
    """
    clock = Store.of(settings).clock()
    if clock.doubt() or clock.jump():
        return 0
    longest = (settings.retention, settings.retention_addresses, KEPT_FOR)
    old = WebhookDelivery.made_at < clock.moment - min(age for age in longest if age)
    is_ours = select(Webhook.id).where(Webhook.id == WebhookDelivery.webhook_id).exists()
    which = select(WebhookDelivery.id).where(or_(old, ~is_ours)).limit(FORGOTTEN_AT_ONCE)
    total = 0
    while gone := write_transaction(lambda session: _forget_some(session, which)):
        total += gone
    return total


def _forget_some(session: Session, which: Select[int]) -> int:
    ids = session.scalars(which).all()
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(ids)))
    return len(ids)
