"""What every error looks like, for people and for programs."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from dashboard.web.requests import MAX_BODY
from models import Role, User, db
from tests.support.actions import PASSWORD, AuthActions, make_user

JSON = {"Accept": "application/json"}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def problem(answer: TestResponse) -> dict[str, object]:
    """Return the members of a problem, after a look at what RFC 9457 asks of them."""
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["type"] == "about:blank"
    assert answer.json["status"] == answer.status_code
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert answer.json["detail"]
    return dict(answer.json)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/html"),
        ("*/*", "text/html"),
        (BROWSER, "text/html"),
        ("text/html", "text/html"),
        ("text/html, application/json", "text/html"),
        ("application/json;q=0.1, text/html;q=0.2", "text/html"),
        ("image/png", "text/html"),
        ("nonsense", "text/html"),
        ("application/json", "application/problem+json"),
        ("application/problem+json", "application/problem+json"),
        ("application/json, text/plain, */*", "application/problem+json"),
        ("application/json, text/html;q=0.9", "application/problem+json"),
        ("application/*", "application/problem+json"),
    ],
)
def test_an_error_has_the_form_that_the_client_prefers(
    client: FlaskClient, accept: str | None, content_type: str
) -> None:
    answer = client.get("/nowhere", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.mimetype) == (404, content_type)
    assert "Accept" in answer.headers["Vary"]


def test_every_refusal_is_a_problem_for_who_prefers_json(auth: AuthActions) -> None:
    make_user("alice")
    make_user("vera", Role.VIEWER)
    post, get, token = auth.client.post, auth.client.get, auth.token()
    told = {
        400: post("/login", headers=JSON),
        401: post("/login", data={"username": "a", "password": "b", "csrf_token": token}, headers=JSON),
        404: get("/admin/nowhere", headers=JSON),
        405: auth.client.delete("/login", headers=JSON),
        413: post("/login", data={"a": "x" * MAX_BODY}, headers=JSON),
    }
    auth.login("alice")
    told[403] = get("/admin/", headers=JSON)
    assert {status: problem(answer)["status"] for status, answer in told.items()} == {
        status: status for status in told
    }
    assert problem(told[404])["title"] == "Not Found"
    assert problem(told[404])["instance"] == "/admin/nowhere"
    assert problem(told[401])["detail"] == "Wrong user name or password."


def test_a_problem_names_the_fields_at_fault(auth: AuthActions) -> None:
    data = {"username": "a", "email": "x", "csrf_token": auth.token()}
    told = problem(auth.client.post("/register", data=data, headers=JSON))
    assert told["errors"]["email"] == ["This is not an e-mail address."]
    assert set(told["errors"]) == {"username", "email", "password", "confirm"}


def test_a_bad_question_is_a_problem_too(auth: AuthActions) -> None:
    make_user("vera", Role.VIEWER)
    auth.login("vera")
    told = problem(auth.client.get("/admin/logins/?q=colour:red", headers=JSON))
    assert (told["status"], list(told["errors"])) == (400, ["q"])
    assert told["detail"] == told["errors"]["q"][0]


def test_who_sends_json_gets_json(client: FlaskClient) -> None:
    assert problem(client.post("/login", json={"username": "alice"}))["status"] == 400
    assert client.post("/login", json={}, headers={"Accept": BROWSER}).mimetype == "text/html"


def test_pages_for_programs_refuse_as_they_answer(auditor: User, client: FlaskClient) -> None:
    path = "/admin/logins/export/00000000-0000-0000-0000-000000000002"
    assert problem(client.get(path))["status"] == 404
    assert client.get(path, headers={"Accept": BROWSER}).mimetype == "text/html"


def test_an_outage_is_a_problem_too(sqlite_app: Flask) -> None:
    auth = AuthActions(sqlite_app.test_client())
    with db.engine.begin() as connection:
        connection.execute(text('ALTER TABLE "user" RENAME TO away'))
    data = {"username": "alice", "password": PASSWORD, "csrf_token": auth.token()}
    answer = auth.client.post("/login", data=data, headers=JSON)
    assert problem(answer)["title"] == "Service Unavailable"
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(("path", "allowed"), [("/logout", {"POST", "OPTIONS"}), ("/readyz", {"GET"})])
def test_a_wrong_method_hears_the_right_ones(client: FlaskClient, path: str, allowed: set[str]) -> None:
    answer = client.open(path, method="DELETE")
    assert answer.status_code == 405
    assert allowed <= {name.strip() for name in answer.headers["Allow"].split(",")}


@pytest.mark.parametrize("accept", [BROWSER, "application/json"])
def test_head_has_the_head_of_get(client: FlaskClient, accept: str) -> None:
    headers = {"Accept": accept}
    got, head = (client.open("/nowhere", method=method, headers=headers) for method in ("GET", "HEAD"))
    assert (head.status_code, head.mimetype, head.data) == (got.status_code, got.mimetype, b"")


@pytest.mark.parametrize(
    "path", ["/%zz", "/%ff%fe", "/%00", "/admin/logins/%0d%0aX:y", "/admin/users/99999999999"]
)
def test_a_malformed_path_is_no_page(auditor: User, client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, "\n" in answer.headers.get("Location", "")) == (404, False)
