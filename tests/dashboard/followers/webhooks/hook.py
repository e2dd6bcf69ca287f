"""A webhook to try things with, and what is known of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import Select, select, update

from auth.events import AuthEvent, Client, Subject
from dashboard.followers.webhooks.manage import WantedWebhook, add_webhook
from dashboard.followers.webhooks.outbox import follower_name
from dashboard.followers.webhooks.run import deliver_due
from dashboard.followers.webhooks.sending.signing import decrypted, secret_text
from dashboard.log.sealer import seal_all
from models import Action, Follower, LoginLog, Outcome, Webhook, WebhookDelivery, db, write_transaction
from models.clock import now
from tests.support.app import running
from tests.support.book import entry, store

ADMIN = Subject("adam", 7)
Row = TypeVar("Row")


def event() -> AuthEvent:
    """Return what an admin does now."""
    return AuthEvent(Action.SETTINGS_CHANGE, Outcome.SUCCESS, ADMIN, Client(ip="192.0.2.1"))


def wanted(url: str, query: str = "user:alice", form: str = "json", name: str = "siem") -> WantedWebhook:
    return WantedWebhook(name, url, query, form)


def hooked(url: str, query: str = "user:alice", form: str = "json") -> Webhook:
    """Add a webhook and return its row."""
    add_webhook(wanted(url, query, form), event(), uuid4())
    seal_all()
    return webhook()


def fresh(statement: Select[Row]) -> list[Row]:
    """Return rows as they are now, held by no session."""
    db.session.rollback()
    rows = list(db.session.scalars(statement.execution_options(populate_existing=True)))
    db.session.expunge_all()
    db.session.rollback()
    return rows


def webhook() -> Webhook:
    """Return the newest webhook as it is now."""
    return fresh(select(Webhook).order_by(Webhook.id.desc()).limit(1))[0]


def secret_of(row: Webhook) -> str:
    return secret_text(decrypted(row.secret, row.public_id))


def deliveries() -> list[WebhookDelivery]:
    return fresh(select(WebhookDelivery).order_by(WebhookDelivery.id))


def states() -> list[str]:
    return [str(row.state) for row in deliveries()]


def follower_of(row: Webhook) -> Follower:
    return fresh(select(Follower).where(Follower.name == follower_name(row.id)))[0]


def sign_ins(count: int, first: int = 1, **columns: object) -> list[UUID]:
    """Record sign-ins that happen now, sealed; return their ids."""
    rows = [entry(number, **{"occurred_at": now(), **columns}) for number in range(first, first + count)]
    store(rows)
    seal_all()
    return [UUID(int=number) for number in range(first, first + count)]


def acts() -> list[LoginLog]:
    """Return the entries of acts."""
    return fresh(select(LoginLog).where(LoginLog.action == Action.SETTINGS_CHANGE).order_by(LoginLog.id))


def run() -> None:
    """Deliver what is due for the newest webhook."""
    deliver_due(webhook().id)


def change(**columns: object) -> None:
    """Change all webhooks."""
    write_transaction(lambda session: session.execute(update(Webhook).values(**columns)))


def move(**columns: object) -> None:
    """Change all cursors."""
    write_transaction(lambda session: session.execute(update(Follower).values(**columns)))


def hurry(**columns: object) -> None:
    """Have the time of the next try come, and have deliveries that wait these ``columns``."""
    waits = update(WebhookDelivery).where(WebhookDelivery.next_try_at.is_not(None))
    write_transaction(lambda session: session.execute(waits.values(next_try_at=now(), **columns)))
    change(rests_until=None)


@contextmanager
def open_site(url: str, **settings: object) -> Iterator[Flask]:
    """The app, from which webhooks may go to loopback."""
    with running(url, webhook_allow_private=True, **settings) as app:
        yield app
