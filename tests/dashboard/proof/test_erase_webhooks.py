"""Whoever is erased leaves webhooks, too."""

import json
from uuid import uuid4

from flask import Flask

from dashboard.followers.webhooks.manage import WantedWebhook, add_webhook
from dashboard.proof import erase
from models import WebhookTrouble
from models.clock import now
from tests.dashboard.followers.webhooks.hook import acts, change, event, hooked, webhook
from tests.support.actions import make_user

URL = "https://hooks.example/"


def test_a_query_that_may_mean_them_is_taken_away_and_its_webhook_disabled(app: Flask) -> None:
    alice = make_user("alice.almeida")
    hooked(URL, "user:alice.almeida outcome:failure")
    erase.close_account(alice.id)
    row = webhook()
    assert (row.query, row.disabled_why, row.disabled_at is not None) == ("", WebhookTrouble.ERASED, True)
    told = json.loads(acts()[-1].detail or "")
    assert told == {"setting": "webhook", "act": "disable", "why": "erased", "webhooks": [str(row.public_id)]}


def test_the_queries_of_others_stay(app: Flask) -> None:
    alice = make_user("alice.almeida")
    for query in ("", "user:bob", "outcome:failure", "ip:10.0.0.0/8"):
        hooked(URL, query)
    before = len(acts())
    erase.close_account(alice.id)
    assert (webhook().disabled_at, webhook().query, len(acts())) == (None, "ip:10.0.0.0/8", before)


def test_a_name_that_means_them_goes_and_one_that_was_disabled_stays_so(app: Flask) -> None:
    alice, moment = make_user("alice.almeida"), now()
    add_webhook(WantedWebhook("for alice.almeida", URL, "user:alice.al*", "json"), event(), uuid4())
    change(disabled_at=moment, disabled_why=WebhookTrouble.GONE)
    erase.close_account(alice.id)
    row = webhook()
    assert (row.name, row.disabled_at, row.disabled_why) == (f"webhook {row.id}", moment, "erased")
