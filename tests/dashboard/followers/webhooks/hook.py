"""A webhook to try things with, and what is known of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import select

from auth.events import AuthEvent, Client, Subject
from dashboard.followers.webhooks.manage import WantedWebhook, add_webhook
from dashboard.followers.webhooks.outbox import follower_name
from dashboard.followers.webhooks.run import deliver_due
from dashboard.followers.webhooks.sending.signing import decrypted, secret_text
from dashboard.log.sealer import seal_all
from models import Action, Follower, LoginLog, Outcome, Webhook, WebhookDelivery, db
from models.clock import now
from tests.support.app import running
from tests.support.book import entry, store

ADMIN = Subject("adam", 7)


def event() -> AuthEvent:
    """Return what an admin does now."""
    return AuthEvent(Action.SETTINGS_CHANGE, Outcome.SUCCESS, ADMIN, Client(ip="192.0.2.1"))


def wanted(url: str, query: str = "action:login", form: str = "json", name: str = "siem") -> WantedWebhook:
    return WantedWebhook(name, url, query, form)


def hooked(url: str, query: str = "action:login", form: str = "json") -> Webhook:
    """Add a webhook and return its row."""
    add_webhook(wanted(url, query, form), event(), uuid4())
    return webhook()


def webhook() -> Webhook:
    """Return the newest webhook as it is now."""
    db.session.rollback()
    newest = select(Webhook).order_by(Webhook.id.desc()).limit(1)
    return db.session.scalars(newest.execution_options(populate_existing=True)).one()


def secret_of(row: Webhook) -> str:
    return secret_text(decrypted(row.secret, row.public_id))


def deliveries() -> list[WebhookDelivery]:
    db.session.rollback()
    every = select(WebhookDelivery).order_by(WebhookDelivery.id)
    return list(db.session.scalars(every.execution_options(populate_existing=True)))


def states() -> list[str]:
    return [str(row.state) for row in deliveries()]


def follower_of(row: Webhook) -> Follower:
    db.session.rollback()
    return db.session.get_one(Follower, follower_name(row.id), populate_existing=True)


def sign_ins(count: int, first: int = 1, **columns: object) -> list[UUID]:
    """Record sign-ins that happen now, sealed; return their ids."""
    rows = [entry(number, **{"occurred_at": now(), **columns}) for number in range(first, first + count)]
    store(rows)
    seal_all()
    return [UUID(int=number) for number in range(first, first + count)]


def acts() -> list[LoginLog]:
    """Return the entries of acts."""
    db.session.rollback()
    done = select(LoginLog).where(LoginLog.action == Action.SETTINGS_CHANGE).order_by(LoginLog.id)
    return list(db.session.scalars(done))


def run() -> None:
    """Deliver what is due for the newest webhook."""
    row = webhook()
    db.session.rollback()
    deliver_due(row.id)


@contextmanager
def open_site(url: str, **settings: object) -> Iterator[Flask]:
    """The app, from which webhooks may go to loopback."""
    with running(url, webhook_allow_private=True, **settings) as app:
        yield app
