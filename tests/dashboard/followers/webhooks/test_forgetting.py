"""Deliveries go after a month, or with what they are about."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from dashboard.followers.webhooks import forgetting
from dashboard.followers.webhooks.forgetting import KEPT_FOR, forget_deliveries
from dashboard.followers.webhooks.manage import remove_webhook
from models import LoginLog, WebhookDelivery, write_transaction
from models.clock import now
from tests.dashboard.followers.webhooks.hook import deliveries, event, hooked, run, sign_ins, webhook
from tests.support.servers.receiver import Receiver


@pytest.fixture
def delivered(site: Flask, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A webhook with five deliveries, which are forgotten two at a time."""
    monkeypatch.setattr(forgetting, "FORGOTTEN_AT_ONCE", 2)
    hooked(receiver.url)
    sign_ins(5)
    run()
    return site


def age(length: timedelta, *seqs: int) -> None:
    old = update(WebhookDelivery).where(WebhookDelivery.seq.in_(seqs)).values(made_at=now() - length)
    write_transaction(lambda session: session.execute(old))


def forget(site: Flask, **settings: object) -> int:
    return forget_deliveries(site.config["SETTINGS"].model_copy(update=settings))


def test_they_are_kept_for_thirty_days(delivered: Flask) -> None:
    assert forget(delivered) == 0
    age(KEPT_FOR + timedelta(minutes=1), 2, 3, 4)
    age(KEPT_FOR - timedelta(minutes=1), 5)
    assert forget(delivered) == 3
    assert [row.seq for row in deliveries()] == [5, 6]


@pytest.mark.parametrize("setting", ["retention", "retention_addresses"])
def test_or_for_as_long_as_entries_and_addresses_are(delivered: Flask, setting: str) -> None:
    age(timedelta(days=8), 2, 3)
    assert forget(delivered, **{setting: timedelta(days=7)}) == 2


def test_those_of_a_webhook_that_is_gone_go_at_once(delivered: Flask) -> None:
    remove_webhook(webhook().public_id, event())
    assert forget(delivered) == 5


def test_nothing_is_forgotten_while_the_clock_is_in_doubt(delivered: Flask) -> None:
    age(KEPT_FOR * 2, 2, 3)
    later = update(LoginLog).values(occurred_at=now() + timedelta(days=2))
    write_transaction(lambda session: session.execute(later))
    assert forget(delivered) == 0
