"""Acts on webhooks: each is one transaction with its entry, and done twice it is one."""

import json
import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.followers.webhooks import manage
from dashboard.followers.webhooks.manage import (
    TooManyWebhooks,
    add_webhook,
    change_webhook,
    remove_webhook,
    rotate_secret,
    switch_off,
    switch_on,
)
from dashboard.followers.webhooks.sending.signing import keys_of
from models import Follower, LoginLog, Webhook, WebhookTrouble, db
from models.clock import now
from tests.dashboard.followers.webhooks.hook import (
    acts,
    change,
    deliveries,
    event,
    follower_of,
    fresh,
    hooked,
    run,
    secret_of,
    sign_ins,
    wanted,
    webhook,
)
from tests.support.servers.receiver import Receiver, receiving

URL = "https://hooks.example/secret-path"


def details() -> list[dict[str, object]]:
    return [json.loads(entry.detail or "{}") for entry in acts()]


def did() -> list[object]:
    return [detail["act"] for detail in details()]


def test_a_form_that_is_sent_twice_makes_one(site: Flask) -> None:
    key = uuid4()
    assert add_webhook(wanted(URL), event(), key) == add_webhook(wanted(URL), event(), key)
    assert len(fresh(select(Webhook))) == len(fresh(select(Follower))) == 1
    assert did() == ["create"]


def test_or_at_the_same_time(site: Flask) -> None:
    key, made = uuid4(), set[UUID]()
    start = threading.Barrier(3)

    def add() -> None:
        with site.app_context():
            start.wait(30)
            made.add(add_webhook(wanted(URL), event(), key))

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == len(fresh(select(Webhook))) == 1
    assert did() == ["create"]


def test_the_entry_says_who_and_which_and_nothing_that_was_typed(site: Flask) -> None:
    row = hooked(URL, "user:alice")
    (entry,) = acts()
    assert (entry.username, entry.outcome, str(entry.ip)) == ("adam", "success", "192.0.2.1")
    assert json.loads(entry.detail or "") == {
        "setting": "webhook",
        "act": "create",
        "webhook": str(row.public_id),
        "format": "json",
    }


def test_there_may_be_twenty(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage, "MAX_WEBHOOKS", 2)
    hooked(URL)
    hooked(URL)
    with pytest.raises(TooManyWebhooks):
        hooked(URL)
    assert did() == ["create"] * 2


def test_secrets_are_stored_so_that_nobody_reads_them(site: Flask) -> None:
    row = hooked(URL)
    text = secret_of(row)
    assert text.removeprefix("whsec_") not in row.secret
    assert secret_of(hooked(URL)) != text


def test_a_change_is_told_by_the_fields_that_changed(site: Flask) -> None:
    row = hooked(URL)
    change(rests_until=now(), failures=2)
    assert change_webhook(row.public_id, wanted(URL + "2", "", "ocsf"), event())
    assert change_webhook(row.public_id, wanted(URL + "2", "", "ocsf"), event())
    assert details()[1:] == [
        {
            "setting": "webhook",
            "act": "change",
            "webhook": str(row.public_id),
            "fields": ["url", "query", "format"],
        }
    ]
    assert (webhook().url, webhook().rests_until) == (URL + "2", None)
    assert not change_webhook(uuid4(), wanted(URL), event())


def test_one_that_is_disabled_goes_on_where_it_stopped(site: Flask, receiver: Receiver) -> None:
    row = hooked(receiver.url)
    switch_off(row.public_id, event())
    switch_off(row.public_id, event())
    assert (webhook().disabled_why, did()) == (WebhookTrouble.BY_HAND, ["create", "disable"])
    ids = sign_ins(2)
    run()
    assert receiver.heard == []
    assert switch_on(row.public_id, event())
    assert switch_on(row.public_id, event())
    run()
    assert sorted(receiver.ids) == [str(event_id) for event_id in ids]
    assert did() == ["create", "disable", "enable"]


def test_what_was_waiting_begins_anew(site: Flask) -> None:
    with receiving(lambda handler: handler.reply(410)) as receiver:
        row = hooked(receiver.url)
        sign_ins(1)
        run()
        switch_on(row.public_id, event())
        assert (deliveries()[0].state, deliveries()[0].attempts) == ("waiting", 0)
        assert (webhook().failures, webhook().failing_since, webhook().disabled_why) == (0, None, None)


def test_while_a_secret_is_rotated_both_sign_for_a_day(site: Flask, receiver: Receiver) -> None:
    row, key = hooked(receiver.url), uuid4()
    former = secret_of(row)
    rotate_secret(row.public_id, event(), key)
    new = secret_of(webhook())
    rotate_secret(row.public_id, event(), key)
    assert secret_of(webhook()) == new != former
    sign_ins(1)
    run()
    assert len(receiver.verified(former)) == len(receiver.verified(new)) == 1
    assert did() == ["create", "rotate_secret"]
    assert webhook().former_until == webhook().secret_at + timedelta(hours=24)
    assert len(keys_of(webhook(), now() + timedelta(hours=24, seconds=1))) == 1


def test_a_deleted_one_is_gone_with_its_cursor(site: Flask) -> None:
    row = hooked(URL)
    remove_webhook(row.public_id, event())
    remove_webhook(row.public_id, event())
    assert fresh(select(Webhook)) == fresh(select(Follower)) == []
    assert did() == ["create", "delete"]
    for act in (switch_off, switch_on):
        act(row.public_id, event())
    rotate_secret(row.public_id, event(), uuid4())
    assert did() == ["create", "delete"]


def test_one_whose_query_was_taken_away_needs_another_first(site: Flask) -> None:
    row = hooked(URL, "user:alice")
    change(query="", disabled_at=now(), disabled_why=WebhookTrouble.ERASED)
    assert not switch_on(row.public_id, event())
    change_webhook(row.public_id, wanted(URL, "user:bob"), event())
    assert switch_on(row.public_id, event())
    assert webhook().disabled_at is None


def test_a_new_one_begins_with_what_happens_then(site: Flask) -> None:
    sign_ins(3, occurred_at=now() - timedelta(minutes=1))
    assert follower_of(hooked(URL)).cursor == 3
    assert db.session.scalar(select(LoginLog.seq).where(LoginLog.action == "settings_change")) == 4


def test_one_that_is_switched_off_by_hand_fails_no_more(site: Flask) -> None:
    row = hooked("http://127.0.0.1:9/x")
    sign_ins(1)
    run()
    assert follower_of(row).failing_since
    switch_off(row.public_id, event())
    assert follower_of(row).failing_since is None
