"""What admins do with endpoints: each act is one transaction with its entry, and done again it is none."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from auth.events import AuthEvent
from dashboard.followers import cursor
from dashboard.followers.webhooks.acts import WebhookAct, disable, note_act
from dashboard.followers.webhooks.outbox import afresh, follower_name
from dashboard.followers.webhooks.sending.signing import encrypted, new_secret
from models import Follower, Webhook, WebhookDelivery, WebhookTrouble, write_transaction
from models.clock import now

#: Endpoints that there may be: each has a thread of its own while it is served.
MAX_WEBHOOKS = 20
#: How long a former secret still signs.
ROTATION = timedelta(hours=24)


class TooManyWebhooks(Exception):
    """There are as many endpoints as there may be."""


@dataclass(frozen=True, slots=True)
class WantedWebhook:
    """An endpoint as somebody wants it; all of it is checked."""

    name: str
    url: str
    query: str
    format: str


def add_webhook(wanted: WantedWebhook, event: AuthEvent, once: UUID) -> UUID:
    """Add an endpoint that gets what happens from now on and return its public id.

    ``once`` is the key of the form: sent again it adds nothing. Raises ``TooManyWebhooks``.
    """
    public_id, secret, began_at = uuid4(), new_secret(), now()

    def add(session: Session) -> UUID:
        if made := session.scalar(select(Webhook.public_id).where(Webhook.once == once)):
            return made
        if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= MAX_WEBHOOKS:
            raise TooManyWebhooks
        webhook = Webhook(
            **_columns(wanted),
            public_id=public_id,
            secret=encrypted(secret, public_id),
            secret_at=began_at,
            once=once,
            made_by=event.subject and event.subject.id,
            made_at=began_at,
            failures=0,
        )
        session.add(webhook)
        session.flush()
        cursor.create(session, follower_name(webhook.id), began_at)
        note_act(session, event, webhook, WebhookAct.CREATE, format=wanted.format)
        return public_id

    try:
        return write_transaction(add)
    except IntegrityError:  # the same form, at the same time
        return write_transaction(add)


def _columns(wanted: WantedWebhook) -> dict[str, str]:
    return {name: getattr(wanted, name) for name in ("name", "url", "query", "format")}


def locked_webhook(session: Session, public_id: UUID) -> Webhook | None:
    """Return an endpoint to change; None when there is none any more."""
    mine = select(Webhook).where(Webhook.public_id == public_id).with_for_update()
    return session.scalars(mine.execution_options(populate_existing=True)).one_or_none()


def change_webhook(public_id: UUID, wanted: WantedWebhook, event: AuthEvent) -> bool:
    """Set an endpoint up otherwise; False when there is none any more."""

    def change(session: Session) -> bool:
        webhook = locked_webhook(session, public_id)
        if webhook is None:
            return False
        changed = [name for name, value in _columns(wanted).items() if getattr(webhook, name) != value]
        for name in changed:
            setattr(webhook, name, getattr(wanted, name))
        if changed:
            webhook.rests_until = None
            if "query" in changed and webhook.disabled_why == WebhookTrouble.ERASED:
                webhook.disabled_why = WebhookTrouble.BY_HAND.value
            note_act(session, event, webhook, WebhookAct.CHANGE, fields=changed)
        return True

    return write_transaction(change)


def switch_off(public_id: UUID, event: AuthEvent) -> None:
    """Send nothing more until it is enabled."""

    def off(session: Session) -> None:
        if webhook := locked_webhook(session, public_id):
            disable(session, event, webhook, WebhookTrouble.BY_HAND, now())
            cursor.forgive(cursor.locked(session, follower_name(webhook.id)))

    write_transaction(off)


def switch_on(public_id: UUID, event: AuthEvent) -> bool:
    """Go on where it stopped, with what waits as if it had just begun.

    False for one whose query was taken away, as it named somebody who was erased: it would get everything.
    """

    def on(session: Session) -> bool:
        webhook = locked_webhook(session, public_id)
        if webhook is None or webhook.disabled_at is None:
            return True
        if webhook.disabled_why == WebhookTrouble.ERASED:
            return False
        webhook.disabled_at = webhook.disabled_why = webhook.failing_since = webhook.rests_until = None
        webhook.failures = 0
        waits = (WebhookDelivery.webhook_id == webhook.id) & WebhookDelivery.next_try_at.is_not(None)
        session.execute(update(WebhookDelivery).where(waits).values(afresh(now())))
        note_act(session, event, webhook, WebhookAct.ENABLE)
        return True

    return write_transaction(on)


def rotate_secret(public_id: UUID, event: AuthEvent, once: UUID) -> None:
    """Give an endpoint a new secret; the former signs too for `ROTATION`.

    Again with ``once``, the key of the form, it does nothing.
    """
    secret = new_secret()

    def rotate(session: Session) -> None:
        webhook = locked_webhook(session, public_id)
        if webhook is None or webhook.rotated_once == once:
            return
        moment = now()
        webhook.former_secret, webhook.former_until = webhook.secret, moment + ROTATION
        webhook.secret, webhook.secret_at = encrypted(secret, public_id), moment
        webhook.rotated_once = once
        note_act(session, event, webhook, WebhookAct.ROTATE)

    write_transaction(rotate)


def remove_webhook(public_id: UUID, event: AuthEvent) -> None:
    """Delete an endpoint; its deliveries are forgotten in the background."""

    def remove(session: Session) -> None:
        if webhook := locked_webhook(session, public_id):
            session.execute(delete(Follower).where(Follower.name == follower_name(webhook.id)))
            session.delete(webhook)
            note_act(session, event, webhook, WebhookAct.DELETE)

    write_transaction(remove)
