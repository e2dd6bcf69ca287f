"""Deliver an entry again that was delivered or given up, and send tests."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from auth.events import AuthEvent
from dashboard.followers.webhooks.acts import WebhookAct, note_act
from dashboard.followers.webhooks.manage import locked_webhook
from dashboard.followers.webhooks.outbox import afresh
from dashboard.followers.webhooks.sending.message import body_of_test
from dashboard.followers.webhooks.sending.post import Reply
from dashboard.followers.webhooks.sending.sender import Sender
from dashboard.followers.webhooks.settle import write_answer
from models import DeliveryState, Webhook, WebhookDelivery, write_transaction
from models.clock import now

#: Seconds that a test waits for its answer: the page waits, too.
TEST_SECONDS = 4.0


def repeat_delivery(public_id: UUID, event_id: UUID, event: AuthEvent) -> bool:
    """Deliver an entry once more, from the first try on; False when there is no such delivery."""

    def again(session: Session) -> bool:
        webhook = locked_webhook(session, public_id)
        row = _delivery(session, webhook, event_id) if webhook else None
        if webhook is None or row is None or row.seq is None:
            return False
        if row.state == DeliveryState.WAITING and row.next_try_at is not None:
            return True  # it is on its way
        for name, value in afresh(now()).items():
            setattr(row, name, value)
        webhook.rests_until = None
        note_act(session, event, webhook, WebhookAct.AGAIN, event_id=str(event_id))
        return True

    return write_transaction(again)


def send_test(public_id: UUID, event: AuthEvent, once: UUID) -> WebhookDelivery | None:
    """Send an event of the type ``test`` at once, and return what came of it; None without an endpoint.

    ``once``, the key of the form, is its webhook-id: sent again it sends nothing.
    """
    begun = write_transaction(lambda session: _begin_test(session, public_id, event, once))
    if begun is None:
        return None
    webhook, row, is_new = begun
    if not is_new:
        return row
    sender = Sender(webhook, seconds=TEST_SECONDS)
    answer = sender.send(once, body_of_test(once, row.began_at))
    sender.close()
    return write_transaction(lambda session: _end_test(session, row.id, answer))


def _begin_test(
    session: Session, public_id: UUID, event: AuthEvent, once: UUID
) -> tuple[Webhook, WebhookDelivery, bool] | None:
    webhook = locked_webhook(session, public_id)
    if webhook is None:
        return None
    if row := _delivery(session, webhook, once):
        return webhook, row, False
    moment = now()
    row = WebhookDelivery(
        webhook_id=webhook.id,
        event_id=once,
        state=DeliveryState.WAITING,
        attempts=0,
        made_at=moment,
        began_at=moment,
    )
    session.add(row)
    note_act(session, event, webhook, WebhookAct.TEST)
    return webhook, row, True


def _end_test(session: Session, delivery_id: int, answer: Reply) -> WebhookDelivery | None:
    row = session.get(WebhookDelivery, delivery_id, populate_existing=True)
    if row is not None:
        write_answer(row, answer, now())
        if row.state == DeliveryState.FAILED:  # a test is tried once
            row.state, row.next_try_at = DeliveryState.GIVEN_UP, None
    return row


def _delivery(session: Session, webhook: Webhook, event_id: UUID) -> WebhookDelivery | None:
    mine = (WebhookDelivery.webhook_id == webhook.id) & (WebhookDelivery.event_id == event_id)
    return session.scalars(select(WebhookDelivery).where(mine)).one_or_none()
