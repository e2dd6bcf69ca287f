"""What came of what was sent, written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from auth.events import AuthEvent
from dashboard.followers.webhooks.acts import disable
from dashboard.followers.webhooks.failures import in_english
from dashboard.followers.webhooks.outbox import hold_turn
from dashboard.followers.webhooks.retries import SICK_AFTER, TRIED_FOR, next_try, rest
from dashboard.followers.webhooks.sending.post import Reply
from models import DeliveryState, Follower, LoginLog, Webhook, WebhookDelivery, WebhookTrouble
from models.clock import now


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a delivery."""

    delivery_id: int
    answer: Reply


def write_results(session: Session, webhook_id: int, results: Sequence[Result], event: AuthEvent) -> None:
    """Write results down, have what failed tried again, and disable an endpoint that is gone.

    ``event`` is what a disabling is recorded as, made before the transaction.
    """
    locked = select(Webhook).where(Webhook.id == webhook_id).with_for_update()
    webhook = session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    if webhook is None:  # it was deleted meanwhile
        return
    moment, answers = now(), {result.delivery_id: result.answer for result in results}
    chosen = select(WebhookDelivery).where(WebhookDelivery.id.in_(answers)).with_for_update()
    for row in session.scalars(chosen.execution_options(populate_existing=True)):
        if row.state == DeliveryState.DELIVERED:  # another process delivered it, too
            row.next_try_at = None
        else:
            write_answer(row, answers[row.id], moment)
    session.flush()
    _blank_erased(session, list(answers))
    _judge(session, webhook, [result.answer for result in results], event, moment)


def write_answer(row: WebhookDelivery, answer: Reply, moment: datetime) -> None:
    """Write down what came of a try."""
    row.attempts, row.tried_at = row.attempts + 1, moment
    row.status, row.answer, row.milliseconds = answer.status, answer.text, answer.milliseconds
    row.trouble, row.next_try_at = answer.trouble and answer.trouble.value, None
    if answer.trouble is None:
        row.state = DeliveryState.DELIVERED
        return
    if answer.trouble is not WebhookTrouble.NO_ENTRY:
        row.next_try_at = next_try(row.attempts, row.began_at, moment)
    row.state = DeliveryState.FAILED if row.next_try_at else DeliveryState.GIVEN_UP


def _blank_erased(session: Session, ids: Sequence[int]) -> None:
    """Forget answers about entries that lost something while they were sent: they may repeat it."""
    is_blank = or_(LoginLog.person_nonce.is_(None), LoginLog.place_nonce.is_(None))
    of_these = select(WebhookDelivery.event_id).where(WebhookDelivery.id.in_(ids))
    blank = session.scalars(select(LoginLog.event_id).where(LoginLog.event_id.in_(of_these), is_blank)).all()
    if blank:
        told = (WebhookDelivery.id.in_(ids)) & WebhookDelivery.event_id.in_(blank)
        session.execute(update(WebhookDelivery).where(told).values(answer=None))


def _judge(
    session: Session, webhook: Webhook, answers: Sequence[Reply], event: AuthEvent, moment: datetime
) -> None:
    """Say how the endpoint is: well after any success, sick after failures in a row, else disabled."""
    troubles = [answer.trouble for answer in answers if answer.trouble is not WebhookTrouble.NO_ENTRY]
    follower = hold_turn(session, webhook.id)
    if None in troubles:
        _recover(session, webhook, follower, moment)
    elif troubles:
        webhook.failing_since = webhook.failing_since or moment
        webhook.failures += len(troubles)
        webhook.rests_until = moment + rest(webhook.failures)
        _tell(follower, webhook, troubles[-1])
    if WebhookTrouble.GONE in troubles:
        disable(session, event, webhook, WebhookTrouble.GONE, moment)
    elif webhook.failing_since and moment - webhook.failing_since >= TRIED_FOR:
        disable(session, event, webhook, WebhookTrouble.NOTHING_SUCCEEDED, moment)


def _recover(session: Session, webhook: Webhook, follower: Follower | None, moment: datetime) -> None:
    """Go on, after a row of failures with what waits for another try at once."""
    if webhook.failures >= SICK_AFTER:
        mine = (WebhookDelivery.webhook_id == webhook.id) & (WebhookDelivery.next_try_at > moment)
        session.execute(update(WebhookDelivery).where(mine).values(next_try_at=moment))
    webhook.succeeded_at, webhook.failing_since, webhook.failures = moment, None, 0
    webhook.rests_until = None
    _tell(follower, webhook, None)


def _tell(follower: Follower | None, webhook: Webhook, trouble: WebhookTrouble | None) -> None:
    """Let the follower's row say what the endpoint's does."""
    if follower is not None and webhook.disabled_at is None:
        follower.failing_since, follower.failures = webhook.failing_since, webhook.failures
        follower.last_error = trouble and f"DeliveryFailed: {in_english(trouble)}"
