"""An act on an endpoint is an entry of the log, in the transaction that makes it true."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from auth.events import AuthEvent
from dashboard.log.recorder import record
from models import Reason, Webhook, WebhookTrouble


class WebhookAct(StrEnum):
    """What was done to an endpoint."""

    CREATE = "create"
    CHANGE = "change"
    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"
    ROTATE = "rotate_secret"
    TEST = "test"
    AGAIN = "deliver_again"


#: Why the site disables an endpoint, as the entry's reason.
_REASONS = {WebhookTrouble.GONE: Reason.REVOKED, WebhookTrouble.NOTHING_SUCCEEDED: Reason.EXPIRED}


def note_act(session: Session, event: AuthEvent, webhook: Webhook, act: WebhookAct, **facts: object) -> None:
    """Record what ``event`` says was done; not what admins typed: it may hold secrets and names."""
    detail = {"setting": "webhook", "act": act.value, "webhook": str(webhook.public_id)}
    record(session, replace(event, detail=detail | facts))


def disable(
    session: Session, event: AuthEvent, webhook: Webhook, why: WebhookTrouble, moment: datetime
) -> None:
    """Send nothing more to an endpoint, and say why; one that is disabled stays as it is."""
    if webhook.disabled_at is not None:
        return
    webhook.disabled_at, webhook.disabled_why = moment, why.value
    note_act(session, replace(event, reason=_REASONS.get(why)), webhook, WebhookAct.DISABLE, why=why.value)
