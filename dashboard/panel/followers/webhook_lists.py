"""What the pages of webhooks list."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from dashboard.followers.standing import entries_behind
from dashboard.followers.webhooks.outbox import follower_name
from dashboard.log.head import read_head
from models import DeliveryState, Follower, User, Webhook, WebhookDelivery, db

#: Deliveries on a page, and up to how many are counted.
DELIVERIES_LISTED, DELIVERIES_COUNTED = 50, 1000


@dataclass(frozen=True, slots=True)
class ListedWebhook:
    """A webhook, who made it, its cursor, how many entries it is behind, and deliveries by their state."""

    webhook: Webhook
    maker: User | None
    follower: Follower | None
    behind: int
    counts: dict[str, int]


def find_webhook(public_id: UUID) -> Webhook | None:
    """Return a webhook by its public id."""
    return db.session.scalars(select(Webhook).where(Webhook.public_id == public_id)).one_or_none()


def find_delivery(webhook: Webhook, event_id: str) -> WebhookDelivery | None:
    """Return a delivery of a webhook by the id of its event, as text; None for what is none."""
    with suppress(ValueError):
        mine = (WebhookDelivery.webhook_id == webhook.id) & (WebhookDelivery.event_id == UUID(event_id))
        return db.session.scalars(select(WebhookDelivery).where(mine)).one_or_none()
    return None


def listed_webhooks() -> list[ListedWebhook]:
    """Return all webhooks by name."""
    found = db.session.scalars(select(Webhook).order_by(Webhook.name, Webhook.id)).all()
    return [listed_webhook(webhook) for webhook in found if webhook.public_id]  # somebody may write others


def listed_webhook(webhook: Webhook) -> ListedWebhook:
    """Return a webhook and how it stands."""
    follower = db.session.get(Follower, follower_name(webhook.id))
    behind = entries_behind(follower, read_head(db.session())) if follower else 0
    maker = db.session.get(User, webhook.made_by) if webhook.made_by else None
    return ListedWebhook(webhook, maker, follower, behind, _counts(webhook))


def _counts(webhook: Webhook) -> dict[str, int]:
    return {state: _count(webhook, state) for state in DeliveryState}


def _count(webhook: Webhook, state: DeliveryState) -> int:
    mine = (WebhookDelivery.webhook_id == webhook.id) & (WebhookDelivery.state == state)
    some = select(WebhookDelivery.id).where(mine).limit(DELIVERIES_COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def webhooks_in_short() -> dict[str, int]:
    """Return how many webhooks there are, and how many fail or are disabled."""
    states = db.session.execute(select(Webhook.id, Webhook.disabled_at, Webhook.failing_since)).all()
    ours = set(db.session.scalars(select(Follower.name).where(Follower.failing_since.is_not(None))))
    disabled = sum(bool(row.disabled_at) for row in states)
    enabled = [row for row in states if not row.disabled_at]
    failing = sum(bool(row.failing_since) or follower_name(row.id) in ours for row in enabled)
    return {"all": len(states), "disabled": disabled, "failing": failing}


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Deliveries, the newest first; older ones follow after the id ``older``, if any."""

    deliveries: Sequence[WebhookDelivery]
    older: int | None


def page_of_deliveries(webhook: Webhook, state: DeliveryState | None, before: int | None) -> DeliveryPage:
    """Return the newest deliveries, those in ``state`` only, before an id."""
    chosen = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id)
    if state is not None:
        chosen = chosen.where(WebhookDelivery.state == state)
    if before is not None:
        chosen = chosen.where(WebhookDelivery.id < before)
    order = chosen.order_by(WebhookDelivery.id.desc()).limit(DELIVERIES_LISTED + 1)
    rows = db.session.scalars(order).all()
    shown = rows[:DELIVERIES_LISTED]
    return DeliveryPage(shown, shown[-1].id if len(rows) > len(shown) else None)
