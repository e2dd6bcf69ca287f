"""The signals page shows each signal, who hears it and what it costs."""

import re

import flask
import pytest
from flask.testing import FlaskClient

from dashboard.panel.signals.door import DOOR_ERRORS
from dashboard.signals import person_erased
from dashboard.traces.store import write_traces
from dashboard.traces.waiting import waiting_of
from dashboard.watch.catalogue import BUILT_IN, OURS, name_of
from models import Role, User
from tests.support.actions import AuthActions, make_user
from tests.support.app import running
from tests.support.servers.process import free_port


def data(client: FlaskClient) -> dict[str, dict[str, object]]:
    answer = client.get("/admin/signals/data")
    assert answer.status_code == 200
    return dict(answer.get_json()["signals"])


@pytest.mark.parametrize("path", ["/admin/signals/", "/admin/signals/data"])
def test_who_may_see_it(client: FlaskClient, role: Role, path: str) -> None:
    assert client.get(path).status_code == 302
    make_user("somebody", role)
    AuthActions(client).login("somebody")
    assert client.get(path).status_code == (200 if role.includes(Role.VIEWER) else 403)


def test_each_signal_has_its_meaning_receivers_and_counts(auditor: User, client: FlaskClient) -> None:
    page = client.get("/admin/signals/").text
    names = re.findall(r'<h3 class="mono">([^<]+)</h3>', page)
    assert names == [name_of(signal) for signal in (*OURS, *BUILT_IN)]
    assert page.count('<dl class="figures">') == len(names)
    assert page.count("<details>") == len(OURS)
    row = page.partition('data-signal="login-succeeded"')[2].partition("</li>")[0]
    assert "Somebody signed in." in row
    assert "Heard by" in row
    assert "dashboard.receivers.store_entry" in row
    assert "Sent by `emit` inside the transaction that makes it true." in row
    assert '<dd data-figure="total">1</dd>' in row
    assert '<dd data-figure="sent">now</dd>' in row


def test_the_data_is_what_was_counted(auditor: User, client: FlaskClient) -> None:
    before, after = data(client), data(client)
    assert set(after) == {name_of(signal) for signal in (*OURS, *BUILT_IN)}
    assert after["request-started"]["total"] == before["request-started"]["total"] + 1  # type: ignore[operator]
    found = after["login-succeeded"]
    assert (found["total"], found["failures"], found["error"], found["under_way"]) == (1, 0, "", 0)
    assert 0 < found["mean"] <= found["p99"]  # type: ignore[operator]
    assert len(found["bars"]) == 60  # type: ignore[arg-type]


def test_a_context_that_is_open_is_told(auditor: User, client: FlaskClient) -> None:
    state = client.get("/admin/signals/data").get_json()["state"]
    assert re.fullmatch(r"1 worker · contexts open now: [1-9]", state)


def test_a_failure_is_seen(auditor: User, client: FlaskClient) -> None:
    def fail(_app: object, **_: object) -> None:
        raise KeyError("secret")

    with person_erased.connected_to(fail), pytest.raises(KeyError):
        person_erased.send(client.application, user_id=7)
    page = client.get("/admin/signals/").text
    row = page.partition('data-signal="person-erased"')[2].partition("</li>")[0]
    assert '<dd data-figure="failures">1</dd>' in row
    assert re.search(r'data-figure="error">KeyError in [\w.&;]+fail<', row)
    assert "secret" not in page


def test_it_is_in_the_viewer_s_language(auditor: User, client: FlaskClient) -> None:
    page = client.get("/admin/signals/", headers={"Accept-Language": "zh"}).text
    assert "有人登录。" in page
    assert "1 个工作进程" in page


def test_off_is_said(sqlite_url: str) -> None:
    with running(sqlite_url, signal_watch="off") as app:
        make_user("vera", Role.VIEWER)
        client = app.test_client()
        AuthActions(client).login("vera")
        page = client.get("/admin/signals/").text
        assert "SIGNAL_WATCH is off: nothing is counted." in page
        assert "dashboard.receivers.store_entry" in page
        assert "Errors at the door" not in page
        assert data(client) == {}


def test_a_redis_that_is_away_is_said(sqlite_url: str) -> None:
    with running(sqlite_url, redis_url=f"redis://127.0.0.1:{free_port()}/0") as app:
        make_user("vera", Role.VIEWER)
        client = app.test_client()
        AuthActions(client).login("vera")
        assert (
            "Redis does not answer: these are the figures of one worker alone."
            in client.get("/admin/signals/").text
        )


def test_what_somebody_is_told_next_is_counted(client: FlaskClient) -> None:
    with client.application.test_request_context():
        flask.flash("hello")
    make_user("vera", Role.VIEWER)
    AuthActions(client).login("vera")
    assert data(client)["message-flashed"]["total"] == 1


def test_errors_at_the_door_are_told_with_what_to_do(auditor: User, client: FlaskClient) -> None:
    app = client.application
    assert "No request met an error that nobody expected." in client.get("/admin/signals/").text

    def fail(**_: object) -> None:
        raise KeyError("<b>secret")

    app.view_functions["users.user"] = fail
    for number in range(DOOR_ERRORS + 1):
        answer = client.get(f"/admin/users/77{number}?q=secret")
    write_traces()
    page = client.get("/admin/signals/").text.partition('id="door"')[2].partition("</section>")[0]
    assert f'<span class="sub">{DOOR_ERRORS + 1}</span>' in page
    assert page.count("<li>") == DOOR_ERRORS
    assert answer.headers["X-Request-ID"] in page
    assert "GET /admin/users/&lt;int:user_id&gt;" in page
    assert "KeyError" in page
    assert "Search the server's log for the number of the request" in page
    assert "secret" not in page
    assert "not traced" not in page


def test_traces_that_were_lost_are_told(auditor: User, client: FlaskClient) -> None:
    waiting = waiting_of(client.application)
    assert waiting
    waiting.lost = 1234
    assert "not traced, as the database took none: 1,234." in client.get("/admin/signals/").text
