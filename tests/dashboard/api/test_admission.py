"""Who reads by the API: the holder of a good token and nobody else, whatever the browser holds."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from auth.throttle import places
from dashboard.log.sealer import seal_all
from models import Role, User, write_transaction
from models.clock import now
from tests.support.actions import AuthActions, make_user
from tests.support.book import entry, store
from tests.support.tokens import Program, bearer, make_token

ENTRY = UUID(int=1)
PAGES = ("entries", f"entries/{ENTRY}", "checkpoint", "openapi.json")


def of_somebody(**columns: object) -> str:
    """Return the token of an admin of whom something is different now."""
    return make_token(make_user("adam", Role.ADMIN, **columns))


def demoted() -> str:
    """Return the token of somebody who was an admin when it was made."""
    text = make_token(make_user("adam", Role.ADMIN))
    write_transaction(lambda session: session.execute(update(User).values(role=Role.AUDITOR)))
    return text


#: By what is wrong with the token: the Authorization header and the status that it gets.
HEADERS: dict[str, tuple[Callable[[], str], int]] = {
    "good": (lambda: f"Bearer {make_token()}", 200),
    "good, said otherwise": (lambda: f"bearer  {make_token()} ", 200),
    "none": (lambda: "", 401),
    "no bearer": (lambda: f"Basic {make_token()}", 401),
    "empty": (lambda: "Bearer ", 401),
    "wrong": (lambda: "Bearer gh_" + "A" * 43, 401),
    "half": (lambda: f"Bearer {make_token()[:-1]}", 401),
    "odd": (lambda: "Bearer é☃\x7f", 401),
    "long": (lambda: "Bearer gh_" + "A" * 5000, 401),
    "expired": (lambda: f"Bearer {make_token(ends_at=now() - timedelta(seconds=1))}", 401),
    "revoked": (lambda: f"Bearer {make_token(revoked_at=now())}", 401),
    "of the future": (lambda: f"Bearer {make_token(created_at=now() + timedelta(days=400))}", 401),
    "of a disabled admin": (lambda: f"Bearer {of_somebody(disabled=True)}", 401),
    "of an auditor": (lambda: f"Bearer {demoted()}", 401),
    "another scope": (lambda: f"Bearer {make_token(scopes=['entries:write'])}", 403),
    "no scope": (lambda: f"Bearer {make_token(scopes=[])}", 403),
    "scopes that are none": (lambda: f"Bearer {make_token(scopes='entries:read')}", 403),
}


@pytest.mark.parametrize("kind", HEADERS)
def test_a_good_token_reads_and_no_other_does(app: Flask, client: FlaskClient, kind: str) -> None:
    store([entry(1)])
    seal_all()
    header, status = HEADERS[kind]
    headers = {"Authorization": header()} if kind != "none" else {}
    found = {}
    for page in PAGES:
        answer = client.get(f"/api/v1/{page}", headers=headers)
        found[page] = answer.status_code
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json"
        if answer.status_code in (401, 403):
            assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
            assert answer.json is not None and str(ENTRY) not in answer.json["detail"]
    none_yet = 404 if status == 200 else status
    assert found == dict.fromkeys(PAGES, status) | {"checkpoint": none_yet, "openapi.json": 200}


def test_a_session_opens_nothing_here(app: Flask, client: FlaskClient) -> None:
    make_user("adam", Role.ADMIN)
    AuthActions(client).login("adam")
    assert client.get("/admin/tokens/").status_code == 200
    answer = client.get("/api/v1/entries")
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (401, None)
    assert (
        "Access-Control-Allow-Origin"
        not in client.get("/api/v1/openapi.json", headers={"Origin": "https://x.example"}).headers
    )


def test_a_token_opens_nothing_else(app: Flask, client: FlaskClient) -> None:
    assert client.get("/admin/logins/", headers=bearer(make_token())).status_code == 302


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("page", PAGES)
def test_nothing_can_be_changed(program: Program, method: str, page: str) -> None:
    answer = program.client.open(
        f"/api/v1/{page}", method=method, headers=bearer(program.token), data=b"x" * 1000
    )
    assert answer.status_code == 405
    assert answer.mimetype == "application/problem+json"
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    "path", ["/api/v1/", "/api/v1/nothing", "/api/v2/entries", "/api/v1/entries/", "/api/v1/entries/x"]
)
@pytest.mark.parametrize("accept", ["text/html", "*/*", "image/png"])
def test_whatever_is_refused_is_a_problem(program: Program, path: str, accept: str) -> None:
    answer = program.client.get(path, headers=bearer(program.token) | {"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_options_tell_the_methods_and_nothing_else(client: FlaskClient) -> None:
    answer = client.options("/api/v1/entries", headers={"Origin": "https://x.example"})
    assert (answer.status_code, answer.data) == (200, b"")
    assert [name for name, _ in answer.headers if name.startswith("Access-Control")] == []


def test_a_head_has_the_headers_alone(program: Program, book: int) -> None:
    answer = program.client.head("/api/v1/entries", headers=bearer(program.token))
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"", "application/json")


def test_a_token_may_ask_so_often(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "REQUESTS", 3)
    assert [program.get().status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = program.get()
    assert 1 <= int(refused.headers["Retry-After"]) <= places.REQUEST_SECONDS
    assert refused.mimetype == "application/problem+json"
    assert Program(program.client, make_token()).get().status_code == 200


def test_wrong_tokens_are_counted_by_network_and_shut_no_good_one_out(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "WRONG_TOKENS", 3)
    wrong = Program(program.client, "gh_" + "A" * 43)
    assert [wrong.get().status_code for _ in range(4)] == [401, 401, 401, 429]
    assert int(wrong.get().headers["Retry-After"]) >= 1
    assert program.get().status_code == 200
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert (
        program.client.get("/api/v1/entries", headers=bearer("gh_x"), environ_base=elsewhere).status_code
        == 401
    )


def test_a_body_of_ten_megabytes_is_nobody_s_business(program: Program, book: int) -> None:
    answer = program.client.get("/api/v1/entries", headers=bearer(program.token), data=b"x" * 10_000_000)
    assert answer.status_code == 200
    answer = program.client.post("/api/v1/entries", headers=bearer(program.token), data=b"x" * 10_000_000)
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
