"""What came of a delivery is written down, and nothing of an erased person with it."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, update

from auth.events import AuthEvent
from dashboard.followers.webhooks.sending.post import Reply
from dashboard.followers.webhooks.settle import Result, write_results
from models import Action, LoginLog, Webhook, WebhookTrouble, write_transaction
from models.clock import now
from tests.dashboard.followers.webhooks.hook import (
    change,
    deliveries,
    follower_of,
    hooked,
    hurry,
    run,
    sign_ins,
    states,
    webhook,
)
from tests.support.servers.receiver import Handler, receiving

FINE, BROKEN = Reply(200, "ok", 3, None), Reply(500, "no", 3, WebhookTrouble.STATUS)


def while_it_is_sent(site: Flask, change_something: Callable[[], object]) -> None:
    """Have something happen between the request and what is written down of its answer."""

    def answer(handler: Handler) -> None:
        with site.app_context():
            change_something()
        handler.reply(200, b"hello alice")

    with receiving(answer) as receiver:
        hooked(receiver.url)
        sign_ins(1)
        run()


@pytest.mark.parametrize("nonce", ["person_nonce", "place_nonce"])
def test_an_answer_about_an_entry_that_was_blanked_meanwhile_is_not_kept(site: Flask, nonce: str) -> None:
    blank = update(LoginLog).where(LoginLog.username == "alice").values({nonce: None})
    while_it_is_sent(site, lambda: write_transaction(lambda session: session.execute(blank)))
    assert (states(), deliveries()[0].answer) == (["delivered"], None)


def test_other_answers_are(site: Flask) -> None:
    while_it_is_sent(site, lambda: None)
    assert deliveries()[0].answer == "hello alice"


def test_an_endpoint_that_was_deleted_meanwhile_is_no_error(site: Flask) -> None:
    gone = delete(Webhook)
    while_it_is_sent(site, lambda: write_transaction(lambda session: session.execute(gone)))
    assert states() == ["waiting"]


def test_one_that_was_disabled_meanwhile_stays_so(site: Flask) -> None:
    while_it_is_sent(site, lambda: change(disabled_at=now(), disabled_why=WebhookTrouble.BY_HAND))
    assert (webhook().disabled_why, states()) == (WebhookTrouble.BY_HAND, ["delivered"])


def test_who_delivered_second_takes_nothing_back(site: Flask) -> None:
    while_it_is_sent(site, lambda: None)
    (delivery,), webhook_id = deliveries(), webhook().id
    event, results = AuthEvent.of_site(Action.SETTINGS_CHANGE), [Result(delivery.id, BROKEN)]
    write_transaction(lambda session: write_results(session, webhook_id, results, event))
    assert (deliveries()[0].state, deliveries()[0].attempts) == ("delivered", 1)


def test_one_success_among_failures_is_enough(site: Flask) -> None:
    with receiving(lambda handler: handler.reply(500)) as receiver:
        row = hooked(receiver.url)
        sign_ins(2)
        run()
    assert webhook().failures == 2
    assert follower_of(row).last_error == "DeliveryFailed: It answered that it failed."
    hurry()
    first, second = deliveries()
    results, event = (
        [Result(first.id, BROKEN), Result(second.id, FINE)],
        AuthEvent.of_site(Action.SETTINGS_CHANGE),
    )
    write_transaction(lambda session: write_results(session, row.id, results, event))
    assert (webhook().failures, webhook().failing_since, follower_of(row).last_error) == (0, None, None)
    assert states() == ["failed", "delivered"]
