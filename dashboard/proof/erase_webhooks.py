"""What webhooks know of a person who is erased: words of queries, names that admins gave, answers."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from auth.events import AuthEvent
from dashboard.log.recorder import record
from dashboard.log.recording.query_words import Traces, may_mean
from models import Webhook, WebhookDelivery, WebhookTrouble
from models.clock import now


def forget_in_webhooks(session: Session, person: Traces, event: AuthEvent) -> None:
    """Take away queries that may mean ``person``; their webhooks are disabled: they would get everything.

    ``event`` is what that is recorded as, made before the transaction.
    """
    disabled = []
    for webhook in session.scalars(select(Webhook).with_for_update()):
        if webhook.query and may_mean(webhook.query, person):
            webhook.query, webhook.disabled_why = "", WebhookTrouble.ERASED.value
            webhook.disabled_at = webhook.disabled_at or now()
            disabled.append(str(webhook.public_id))
        if may_mean(webhook.name, person):
            webhook.name = f"webhook {webhook.id}"
    if disabled:
        detail: dict[str, object] = {"setting": "webhook", "act": "disable"}
        detail |= {"why": WebhookTrouble.ERASED.value, "webhooks": disabled}
        record(session, replace(event, detail=detail))


def forget_answers(session: Session, seqs: Sequence[int]) -> None:
    """Forget what endpoints answered to these entries: they may have repeated what they got."""
    session.execute(update(WebhookDelivery).where(WebhookDelivery.seq.in_(seqs)).values(answer=None))
