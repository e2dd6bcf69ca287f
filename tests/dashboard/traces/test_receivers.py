"""What Flask's signals tell of a request that made an entry or met an error."""

import logging
from types import SimpleNamespace

import flask
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from auth import service
from dashboard.traces import waiting
from dashboard.traces.receivers import note_begin
from dashboard.traces.store import write_traces
from dashboard.traces.waiting import Trace, WaitingTraces, waiting_of
from dashboard.web.log_lines import TextLines
from models import NotWritten, RequestTrace, db
from tests.support.actions import AuthActions, entries, make_user
from tests.support.app import running


def written() -> list[RequestTrace]:
    """Write what waits and return all that is written, oldest first."""
    write_traces()
    db.session.rollback()
    return list(db.session.scalars(select(RequestTrace).order_by(RequestTrace.id)))


@pytest.fixture
def alice(app: Flask) -> AuthActions:
    """A browser of somebody who has an account, on each database."""
    make_user("alice")
    return AuthActions(app.test_client())


def test_a_sign_in_is_traced_beside_its_entry(alice: AuthActions) -> None:
    alice.login("alice")
    (trace,) = written()
    (entry,) = entries()
    assert trace.request_id == entry.request_id
    assert trace.event_id == entry.event_id
    assert abs((trace.began_at - entry.occurred_at).total_seconds()) < 10
    assert 0 < trace.seconds < 30
    assert (trace.route, trace.status, trace.page, trace.shown) == ("POST /login", 302, None, [])
    assert trace.error is None


def test_a_failure_says_what_was_shown(alice: AuthActions) -> None:
    alice.login("alice", "wrong password")
    (trace,) = written()
    assert (trace.status, trace.page) == (401, "auth/login.html")
    assert trace.shown == ["Wrong user name or password."]


def test_it_is_the_same_text_in_any_language(alice: AuthActions) -> None:
    alice.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh"
    assert "用户名或密码错误" in alice.login("alice", "wrong").text
    assert written()[0].shown == ["Wrong user name or password."]


def test_the_errors_of_a_form_are_told_and_nothing_that_was_typed(alice: AuthActions) -> None:
    answer = alice.register("alice", email="typed@example.org")
    assert answer.status_code == 400
    (trace,) = written()
    assert trace.route == "POST /register"
    assert trace.shown == ["Not yet: see the marked fields.", "This user name is taken."]


@pytest.mark.parametrize("typed", ["Wrong user name or password.", "%(n)s", "“x” is not a day", "\x00", "…"])
def test_what_is_typed_is_nowhere(alice: AuthActions, typed: str) -> None:
    alice.login(f"{typed} canary", f"{typed} canary", next=f"/canary/{typed}")
    alice.register(f"{typed}canary", f"canary {typed}", email=f"canary{typed}", city=f"canary {typed}")
    alice.login("alice", "canary", next="/canary")
    for trace in written():
        values = [str(getattr(trace, column.name)) for column in RequestTrace.__table__.c]
        assert "canary" not in " ".join(values).casefold()


def test_what_is_flashed_is_told(alice: AuthActions) -> None:
    alice.register("bobby", email="bobby@example.org")
    assert "Your account is ready. Sign in." in alice.client.get("/login").text
    assert "Your account is ready" not in alice.client.get("/login").text
    alice.login("alice")
    alice.set_timezone("Europe/Berlin")
    shown = {trace.route: trace.shown for trace in written()}
    assert shown["POST /register"] == ["Your account is ready. Sign in."]
    assert shown["POST /account"] == ["Your time zone is saved."]


def test_a_page_that_made_no_entry_is_not_traced(alice: AuthActions) -> None:
    for path in ("/", "/login", "/register", "/nowhere", "/account", "/admin/", "/healthz"):
        alice.client.get(path)
    alice.client.post("/login", data={"username": "alice"})
    assert written() == []


def broken(app: Flask) -> FlaskClient:
    """Return a client of an app with a page that fails."""

    @app.get("/broken/<name>")
    def _break(name: str) -> str:
        raise KeyError(name)

    return app.test_client()


def test_an_error_is_traced_and_its_number_stands_in_the_log(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = broken(app).get("/broken/secret?q=secret")
    assert answer.status_code == 500
    assert "It was our mistake and it was noted." in answer.text
    (trace,) = written()
    assert answer.headers["X-Request-ID"] == trace.request_id
    (line,) = map(TextLines().format, caplog.records)
    assert f"GET /broken/secret [{trace.request_id}]" in line
    assert "KeyError: 'secret'" in caplog.text
    assert (trace.route, trace.status, trace.error) == ("GET /broken/<name>", 500, "KeyError")
    assert trace.page == "errors/error.html"
    assert trace.shown == ["Something went wrong", "It was our mistake and it was noted. Try again."]
    assert trace.event_id is None


def test_an_error_of_an_odd_name_fits(app: Flask) -> None:
    kind = type("E" * 500, (Exception,), {"__module__": "über"})

    @app.get("/broken")
    def _break() -> str:
        raise kind

    app.test_client().get("/broken")
    assert (written()[0].error or "").startswith("über.EEE")


def test_an_error_before_any_page_is_found_is_traced(app: Flask) -> None:
    def fail() -> None:
        raise ValueError

    app.before_request(fail)
    assert app.test_client().post("/nowhere").status_code == 500
    assert [(trace.route, trace.error) for trace in written()] == [("", "ValueError")]


def test_an_error_of_the_page_of_errors_is_traced_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("dashboard.web.errors.render_template", fail)
    with pytest.raises(RuntimeError):
        app.test_client().get("/nowhere")
    assert [trace.error for trace in written()] in ([], ["RuntimeError"])


def test_a_sign_in_that_nothing_records_leaves_no_trace(
    alice: AuthActions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: object, **__: object) -> None:
        raise NotWritten("away")

    with monkeypatch.context() as outage:
        outage.setattr("auth.signals.write_transaction", unavailable)
        outage.setattr(service, "write_transaction", unavailable)
        assert alice.login("alice").status_code == 503
    assert written() == []


def test_what_is_heard_out_of_any_request_is_nothing(app: Flask) -> None:
    with app.app_context():
        flask.message_flashed.send(app, message="hello", category="message")
        flask.template_rendered.send(app, template=SimpleNamespace(name="auth/x.html"), context={})
    assert written() == []


def test_an_app_hears_only_itself(sqlite_url: str, sqlite_app: Flask) -> None:
    with running(sqlite_url) as other:
        make_user("alice")
        AuthActions(other.test_client()).login("alice")
        assert [len(waiting.waiting_of(app)._traces) for app in (sqlite_app, other)] == [0, 1]  # type: ignore[union-attr]


def test_off_nothing_is_connected_or_written(sqlite_url: str) -> None:
    with running(sqlite_url, signal_watch="off") as app:
        make_user("alice")
        AuthActions(app.test_client()).login("alice")
        assert waiting_of(app) is None
        assert written() == []
        assert note_begin not in list(flask.request_started.receivers_for(app))


def test_only_so_many_wait_and_the_others_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MAX_TRACES", 3)
    kept, traces = WaitingTraces(), [Trace(number) for number in range(5)]
    kept.put(*traces[:2])
    kept.put(*traces[2:])
    kept.put(traces[0])
    assert kept.lost == 3
    assert kept.take(2) == traces[:2]
    assert kept.take(2) == [traces[2]]
    assert kept.take(2) == []
