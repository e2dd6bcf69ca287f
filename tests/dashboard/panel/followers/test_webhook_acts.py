"""The page of one webhook: what became of each delivery, what admins do, and who may see what."""

import html
import re
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from dashboard.followers.webhooks.failures import TROUBLES
from models import Follower, Role, WebhookTrouble, write_transaction
from models.clock import now
from tests.dashboard.followers.webhooks.hook import (
    acts,
    change,
    deliveries,
    follower_of,
    hooked,
    run,
    sign_ins,
)
from tests.dashboard.panel.followers.webhook_pages import (
    NEW,
    PAGE,
    add,
    one,
    send,
    signed_in,
    text_of,
)
from tests.support.actions import AuthActions
from tests.support.servers.receiver import Receiver


def test_it_is_disabled_enabled_and_deleted(admin: AuthActions) -> None:
    add(admin)
    for what, told in (("/disable", "Disabled"), ("/enable", "nothing sent yet")):
        assert send(admin, what).status_code == 303
        assert told in text_of(admin.client.get(one()))
    page, path = admin.client.get(one()).text, one("/delete")
    sent = dict(re.findall(r'name="(csrf_token)"[^>]*value="([^"]+)"', page))
    for _ in range(2):
        assert admin.client.post(path, data=sent).location == PAGE
    assert "No webhooks yet" in admin.client.get(PAGE).text


def test_the_deliveries_are_shown_and_delivered_again(admin: AuthActions, receiver: Receiver) -> None:
    receiver.answering = lambda handler: handler.reply(500, b"<b>down</b>")
    hooked(receiver.url)
    (event_id,) = sign_ins(1)
    run()
    page = admin.client.get(one())
    assert "&lt;b&gt;down&lt;/b&gt;" in page.text
    shown = text_of(page)
    assert "failed" in shown and "500" in shown and "It answered that it failed." in shown
    answer = send(admin, f"/again/{event_id}")
    assert (answer.status_code, deliveries()[0].state) == (303, "waiting")
    for state, expected in (("waiting", 1), ("delivered", 0), ("", 1)):
        page = admin.client.get(one(f"?state={state}")).text
        assert page.count(f'data-event="{event_id}"') == expected


def test_long_lists_are_turned_by_pages(admin: AuthActions, receiver: Receiver) -> None:
    hooked(receiver.url)
    sign_ins(60)
    run()
    first = admin.client.get(one()).text
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = admin.client.get(html.unescape(older)).text
    seen = [re.findall(r'data-event="([^"]+)"', page) for page in (first, second)]
    assert (len(seen[0]), len(seen[1]), len({*seen[0], *seen[1]})) == (50, 10, 60)
    assert 'rel="first"' in second


def test_what_the_list_cannot_read_is_told(admin: AuthActions) -> None:
    hooked("https://hooks.example/")
    for query in ("state=x", "before=x", "before=-1", "before=" + "9" * 30, "before=½"):
        assert admin.client.get(one(f"?{query}")).status_code == 400


def test_all_from_an_entry_on_are_delivered_again(admin: AuthActions, receiver: Receiver) -> None:
    row = hooked(receiver.url)
    sign_ins(3)
    run()
    assert send(admin, "/again", **{"from": " 3 "}).status_code == 303
    assert follower_of(row).cursor == 2
    run()
    assert len(receiver.heard) == 6
    for odd in ("", "0", "-1", "x", "99", "1.5", "9" * 40, "٣"):
        answer = send(admin, "/again", **{"from": odd})
        assert answer.status_code == 400
        assert 'aria-invalid="true" autofocus' in answer.text
        assert 'id="wrong-from"' in answer.text


@pytest.mark.parametrize(
    ("status", "told"),
    [(200, "The test was delivered."), (418, "The test failed. It answered that it failed.")],
)
def test_a_test_tells_what_came_back(admin: AuthActions, receiver: Receiver, status: int, told: str) -> None:
    receiver.answering = lambda handler: handler.reply(status, b"I am a teapot")
    hooked(receiver.url)
    answer = send(admin, "/test")
    shown = text_of(admin.client.get(answer.location))
    assert told in shown and f"HTTP {status}" in shown and "I am a teapot" in shown


def test_why_it_is_disabled_stands_on_its_page(site: Flask, admin: AuthActions) -> None:
    with site.test_request_context():
        words = {why: str(TROUBLES[why]) for why in WebhookTrouble}
    hooked("https://hooks.example/")
    for why in WebhookTrouble:
        change(disabled_at=now(), disabled_why=why)
        assert words[why] in text_of(admin.client.get(one()))
    assert "1 disabled" in text_of(admin.client.get("/admin/followers/"))
    assert "disabled" in text_of(admin.client.get(PAGE))


def test_one_that_fails_is_seen(admin: AuthActions) -> None:
    hooked("https://hooks.example/")
    change(failing_since=now(), failures=3)
    assert "3 failures in a row, the first: now" in text_of(admin.client.get(one()))
    assert "1 failing" in text_of(admin.client.get("/admin/followers/"))


def test_one_that_fails_of_ours_is_seen_with_the_reason(admin: AuthActions) -> None:
    hooked("https://hooks.example/")
    failing = {"failing_since": now(), "failures": 2, "last_error": "  File x\nNotWritten"}
    write_transaction(lambda session: session.execute(update(Follower).values(failing)))
    page = text_of(admin.client.get(one()))
    assert "2 failures in a row, the first: now" in page and "NotWritten" in page
    assert "failing" in text_of(admin.client.get(PAGE))
    assert "1 failing" in text_of(admin.client.get("/admin/followers/"))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR])
def test_viewers_see_all_but_what_is_secret(site: Flask, receiver: Receiver, role: Role) -> None:
    receiver.answering = lambda handler: handler.reply(200, b"thanks")
    hooked(receiver.url)
    sign_ins(1)
    run()
    browser = signed_in(site, role)
    parts = [browser.client.get(path).text.partition('<main id="main"')[2] for path in (PAGE, one())]
    pages = "".join(parts)
    assert "key=hidden" not in pages
    assert f"http://127.0.0.1:{receiver.port}/…" in pages
    assert "thanks" in pages and "user:alice" in pages
    assert "<form" not in pages


FORMS = ["/edit", "/disable", "/enable", "/delete", "/rotate", "/test", "/again", f"/again/{uuid4()}"]


def test_only_admins_act(site: Flask, role: Role) -> None:
    hooked("https://hooks.example/")
    browser = signed_in(site, role)
    token = browser.token("/account")
    codes = {browser.client.get(path).status_code for path in (NEW, one("/edit"))}
    assert codes == {200 if role is Role.ADMIN else 403}
    if role is not Role.ADMIN:
        sent = {browser.client.post(one(what), data={"csrf_token": token}).status_code for what in FORMS}
        assert sent == {403}
        assert len(acts()) == 1


def test_strangers_are_sent_to_sign_in(site: Flask) -> None:
    hooked("https://hooks.example/")
    client: FlaskClient = site.test_client()
    for path in (PAGE, NEW, one(), one("/edit")):
        assert client.get(path).location == f"/login?next={path}"
    for what in FORMS:
        assert client.post(one(what)).status_code in (303, 400)
    assert len(acts()) == 1


def test_what_is_gone_is_not_found(admin: AuthActions) -> None:
    token = admin.token("/account")
    path = f"{PAGE}{uuid4()}"
    assert admin.client.get(path).status_code == admin.client.get(f"{path}/edit").status_code == 404
    for what in ("/edit", "/test", "/rotate", "/again", f"/again/{uuid4()}"):
        assert admin.client.post(path + what, data={"csrf_token": token, "from": "1"}).status_code == 404
    assert admin.client.get(f"{PAGE}nonsense").status_code == 404


def test_nothing_is_inline_or_foreign(admin: AuthActions, receiver: Receiver) -> None:
    hooked(receiver.url)
    sign_ins(1)
    run()
    for path in (PAGE, NEW, one(), one("/edit")):
        page = admin.client.get(path).text
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", page)
        assert not re.findall(r'(?:src|href)="(?!/|#|\?)[^"]*"', page)
        assert re.search(r'<meta name="csrf-token" content="[^"]+">', page)


def test_values_that_no_column_can_have_break_no_page(admin: AuthActions, receiver: Receiver) -> None:
    hooked(receiver.url)
    sign_ins(3)
    run()
    path, wild = one(), "X'ff00ff'"
    columns = {
        "webhook": ["name", "url", "query", "format", "secret", "disabled_why", "failing_since", "failures"],
        "webhook_delivery": [
            "state",
            "attempts",
            "tried_at",
            "status",
            "trouble",
            "answer",
            "seq",
            "event_id",
        ],
    }
    for table, names in columns.items():
        for name in names:
            change = f"UPDATE {table} SET {name} = {wild} WHERE id = 1"
            write_transaction(lambda session, sql=change: session.connection().exec_driver_sql(sql))
            assert admin.client.get(PAGE).status_code == 200, name
            assert admin.client.get(path).status_code == 200, name
            assert admin.client.get(f"{path}/edit").status_code == 200, name
    lost = "UPDATE webhook SET public_id = 'x'"
    write_transaction(lambda session: session.connection().exec_driver_sql(lost))
    assert admin.client.get(PAGE).status_code == 200
    assert admin.client.get("/admin/followers/").status_code == 200
