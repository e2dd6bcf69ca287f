"""Each entry that an endpoint asked for reaches it, signed, under one key, whatever fails meanwhile."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete

from dashboard.followers.webhooks import retries
from dashboard.followers.webhooks import run as running
from dashboard.followers.webhooks.sending import post
from dashboard.web.stopping import begin_stopping
from models import LoginLog, WebhookTrouble, write_transaction
from models.clock import now
from tests.dashboard.followers.webhooks.hook import (
    acts,
    change,
    deliveries,
    follower_of,
    hooked,
    hurry,
    run,
    secret_of,
    sign_ins,
    states,
    webhook,
)
from tests.support.servers.receiver import Handler, Receiver, accept, hanging, receiving


def test_all_is_delivered_once_and_verified_by_the_library(site: Flask, receiver: Receiver) -> None:
    row = hooked(receiver.url)
    ids = sign_ins(30)
    run()
    run()
    messages = receiver.verified(secret_of(row))
    assert sorted(receiver.ids) == sorted(map(str, ids))
    assert {message["data"]["event_id"] for message in messages} == set(receiver.ids)
    assert {message["type"] for message in messages} == {"login.success"}
    assert states() == ["delivered"] * 30
    assert (webhook().succeeded_at is not None, webhook().failures, follower_of(row).failures) == (True, 0, 0)
    assert {(one.status, one.answer, one.attempts) for one in deliveries()} == {(200, "ok", 1)}


def test_several_are_under_way_at_once_on_kept_connections(site: Flask) -> None:
    together = threading.Barrier(4)

    def in_company(handler: Handler) -> None:
        together.wait(30)
        handler.reply(200)

    with receiving(in_company) as receiver:
        hooked(receiver.url)
        sign_ins(8)
        run()
    assert states() == ["delivered"] * 8
    assert len(receiver.connections) <= 8


def test_what_fails_waits_in_the_table_and_the_cursor_goes_on(site: Flask) -> None:
    def picky(handler: Handler) -> None:
        handler.reply(500 if handler.headers["webhook-id"] == str(UUID(int=2)) else 200, b"no \x1b[1m\xff")

    with receiving(picky) as receiver:
        row = hooked(receiver.url)
        sign_ins(4)
        run()
        failed = next(one for one in deliveries() if one.state == "failed")
        assert (failed.event_id.int, failed.status, failed.trouble) == (2, 500, WebhookTrouble.STATUS)
        assert failed.answer == "no \\x1b[1m\ufffd"
        assert failed.next_try_at and failed.next_try_at > now()
        assert follower_of(row).cursor == 5
        assert webhook().failing_since is None
        receiver.answering = accept
        hurry()
        run()
    assert states() == ["delivered"] * 4
    assert receiver.ids.count(str(UUID(int=2))) == 2


def test_after_healing_everything_is_delivered_under_its_key(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "HELPERS_EACH", 0)
    with receiving(lambda handler: handler.reply(503)) as receiver:
        row = hooked(receiver.url)
        ids = sign_ins(5)
        run()
        assert states() == ["failed"] * 5
        assert webhook().failures == 5
        assert webhook().rests_until
        assert follower_of(row).failing_since == webhook().failing_since is not None
        sign_ins(3, first=6)
        heard = len(receiver.heard)
        run()
        assert len(receiver.heard) == heard, "it rests"
        change(rests_until=None)
        receiver.answering = accept
        run()
    assert states() == ["delivered"] * 8, "what waited for hours is sent as soon as one succeeds"
    assert set(receiver.ids) >= {str(event_id) for event_id in ids}
    assert (webhook().failing_since, follower_of(row).last_error) == (None, None)


def test_what_succeeds_never_is_given_up_and_the_endpoint_disabled_which_is_seen(site: Flask) -> None:
    with receiving(lambda handler: handler.reply(500)) as receiver:
        hooked(receiver.url)
        sign_ins(1)
        run()
        long_ago = now() - retries.TRIED_FOR
        change(failing_since=long_ago)
        hurry(began_at=long_ago)
        run()
        assert states() == ["given_up"]
        row = webhook()
        assert (row.disabled_why, row.disabled_at is not None) == (WebhookTrouble.NOTHING_SUCCEEDED, True)
        sign_ins(1, first=2)
        run()
        assert len(receiver.heard) == 2
    (entry,) = [entry for entry in acts() if "nothing_succeeded" in str(entry.detail)]
    assert (entry.reason, entry.actor_name) == ("expired", None)


def test_one_that_is_gone_is_disabled_at_once_which_is_seen(site: Flask) -> None:
    with receiving(lambda handler: handler.reply(410)) as receiver:
        row = hooked(receiver.url)
        sign_ins(2)
        run()
        assert webhook().disabled_why == WebhookTrouble.GONE
        run()
    (entry,) = [entry for entry in acts() if '"why"' in str(entry.detail)]
    assert (entry.reason, str(row.public_id) in str(entry.detail)) == ("revoked", True)
    assert "hidden" not in str(entry.detail)


def test_an_entry_that_was_pruned_meanwhile_is_given_up_and_no_failure_of_the_endpoint(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving(lambda handler: handler.reply(500)) as receiver:
        hooked(receiver.url)
        ids = sign_ins(1)
        run()
        write_transaction(
            lambda session: session.execute(delete(LoginLog).where(LoginLog.event_id == ids[0]))
        )
        hurry()
        run()
    (row,) = deliveries()
    assert (row.state, row.trouble, webhook().failures) == ("given_up", WebhookTrouble.NO_ENTRY, 1)


def test_an_endpoint_whose_secret_or_address_cannot_be_used_fails_and_says_why(
    site: Flask, receiver: Receiver
) -> None:
    hooked(receiver.url)
    sign_ins(1)
    kept = webhook().secret
    for columns, trouble in (
        ({"secret": "nonsense"}, WebhookTrouble.NO_SECRET),
        ({"secret": kept, "url": "https://10.0.0.256/\\"}, WebhookTrouble.FORBIDDEN),
        ({"url": "http://169.254.169.254/"}, WebhookTrouble.FORBIDDEN),
    ):
        change(**columns)
        hurry()
        run()
        assert deliveries()[0].trouble == trouble
    assert receiver.heard == []


def test_private_addresses_are_refused_unless_they_are_allowed(site: Flask, receiver: Receiver) -> None:
    hooked(receiver.url)
    sign_ins(1)
    site.config["WEBHOOK_ALLOW_PRIVATE"] = False
    run()
    assert (deliveries()[0].trouble, receiver.heard) == (WebhookTrouble.FORBIDDEN, [])


def test_a_change_of_the_address_counts_from_the_next_batch(site: Flask, receiver: Receiver) -> None:
    with receiving() as other:
        hooked(other.url)
        sign_ins(2)
        run()
        change(url=receiver.url)
        sign_ins(2, first=3)
        run()
    assert (len(other.heard), len(receiver.heard)) == (2, 2)


def test_one_that_hangs_ends_its_batch_in_time_and_the_rest_waits(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "DEADLINE", 0.2)
    monkeypatch.setattr(running, "BATCH_SECONDS", 0.1)
    monkeypatch.setattr(running, "HELPERS_EACH", 1)
    let_go = threading.Event()
    with receiving(hanging(let_go)) as receiver:
        hooked(receiver.url)
        sign_ins(20)
        run()
        let_go.set()
    assert set(states()) == {"failed", "waiting"}
    assert {row.trouble for row in deliveries() if row.state == "failed"} == {WebhookTrouble.TOO_LATE}


def test_a_site_that_stops_begins_nothing(site: Flask, receiver: Receiver) -> None:
    hooked(receiver.url)
    sign_ins(2)
    begin_stopping(site)
    run()
    assert receiver.heard == []


def test_the_limits_leave_the_turn_room() -> None:
    assert running.BATCH_SECONDS + post.DEADLINE < 30
    assert timedelta(seconds=retries.LONGEST_REST) <= timedelta(minutes=1)
