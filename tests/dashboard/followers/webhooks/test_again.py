"""Deliver again, and send tests."""

import json
from uuid import UUID, uuid4

import pytest
from flask import Flask

from dashboard.followers.webhooks import again
from dashboard.followers.webhooks.again import repeat_delivery, send_test
from models import WebhookTrouble
from models.clock import now
from tests.dashboard.followers.webhooks.hook import (
    acts,
    change,
    deliveries,
    event,
    hooked,
    run,
    secret_of,
    sign_ins,
    states,
)
from tests.support.servers.receiver import Receiver, receiving
from tests.support.servers.silent import silent_server


def test_one_entry_is_delivered_again_under_its_key(site: Flask, receiver: Receiver) -> None:
    row = hooked(receiver.url)
    first, second = sign_ins(2)
    run()
    change(rests_until=now())
    assert repeat_delivery(row.public_id, first, event())
    assert repeat_delivery(row.public_id, first, event()), "it is on its way already"
    run()
    assert sorted(receiver.ids) == sorted(map(str, (first, first, second)))
    assert states() == ["delivered"] * 2
    assert [json.loads(entry.detail or "{}").get("event_id") for entry in acts()] == [None, str(first)]


def test_what_there_is_not_cannot_be_delivered(site: Flask, receiver: Receiver) -> None:
    row = hooked(receiver.url)
    assert not repeat_delivery(row.public_id, uuid4(), event())
    assert not repeat_delivery(uuid4(), UUID(int=1), event())
    sent = send_test(row.public_id, event(), uuid4())
    assert sent
    assert not repeat_delivery(row.public_id, sent.event_id, event()), "a test is no entry"


def test_a_test_is_sent_at_once_and_once(site: Flask, receiver: Receiver) -> None:
    row, key = hooked(receiver.url), uuid4()
    for _ in range(2):
        sent = send_test(row.public_id, event(), key)
        assert sent and (sent.state, sent.status, sent.answer) == ("delivered", 200, "ok")
    (message,) = receiver.verified(secret_of(row))
    assert (message["type"], receiver.ids) == ("test", [str(key)])
    assert [json.loads(entry.detail or "{}")["act"] for entry in acts()] == ["create", "test"]


def test_a_test_that_fails_is_not_tried_again_and_no_failure_of_the_endpoint(site: Flask) -> None:
    with receiving(lambda handler: handler.reply(500, b"down")) as receiver:
        row = hooked(receiver.url)
        sent = send_test(row.public_id, event(), uuid4())
        assert sent and (sent.state, sent.status, sent.answer) == ("given_up", 500, "down")
        run()
        assert len(receiver.heard) == 1
    assert deliveries()[0].next_try_at is None


def test_a_test_ends_while_its_page_is_waited_for(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert again.TEST_SECONDS < 6
    monkeypatch.setattr(again, "TEST_SECONDS", 0.2)
    with silent_server() as server:
        row = hooked(f"http://127.0.0.1:{server.port}/")
        sent = send_test(row.public_id, event(), uuid4())
    assert sent and sent.trouble == WebhookTrouble.TOO_LATE


def test_without_a_webhook_there_is_no_test(site: Flask) -> None:
    assert send_test(uuid4(), event(), uuid4()) is None
