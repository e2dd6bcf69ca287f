"""Who may open which page of the panel: every role, every address."""

from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.export import progress
from models import Role, write_transaction
from tests.support.actions import AuthActions, make_user
from tests.support.book import entry, store

ENTRY, EXPORT, TOKEN = UUID(int=1), UUID(int=2), UUID(int=3)
PAGES = {
    "/account": Role.USER,
    "/admin/": Role.VIEWER,
    "/admin/logins/": Role.VIEWER,
    "/admin/live/": Role.VIEWER,
    "/admin/live/tiles": Role.VIEWER,
    "/admin/users/": Role.VIEWER,
    "/admin/users/1": Role.VIEWER,
    f"/admin/logins/{ENTRY}": Role.VIEWER,
    "/admin/logins/histogram": Role.VIEWER,
    f"/admin/logins/export/{EXPORT}": Role.AUDITOR,
    "/admin/tokens/": Role.ADMIN,
}
FORMS = {
    "/account": Role.USER,
    "/admin/logins/export": Role.AUDITOR,
    f"/admin/logins/export/{EXPORT}": Role.AUDITOR,
    "/admin/tokens/": Role.ADMIN,
    f"/admin/tokens/{TOKEN}/revoke": Role.ADMIN,
}

#: Where forms stand that have no page of their own, by the ends of their addresses.
STANDS_ON = {"/export": "/admin/logins/", "/revoke": "/admin/tokens/"}


@pytest.fixture
def person(auth: AuthActions, role: Role) -> Role:
    """Somebody of each role, signed in; there is an entry, and an export of theirs."""
    make_user("someone", role, id=1)
    store([entry(1)])
    write_transaction(lambda session: progress.begin_job(session, EXPORT, 1))
    auth.login("someone")
    return role


def test_a_role_opens_its_pages_and_no_others(client: FlaskClient, person: Role) -> None:
    answers = {page: client.get(page).status_code for page in PAGES}

    assert answers == {page: 200 if person.includes(PAGES[page]) else 403 for page in answers}


def test_a_role_sends_its_forms_and_no_others(auth: AuthActions, person: Role) -> None:
    token = auth.token("/account")

    answers = {page: auth.client.post(page, data={"csrf_token": token}).status_code for page in FORMS}

    assert {page: code == 403 for page, code in answers.items()} == {
        page: not person.includes(needed) for page, needed in FORMS.items()
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_sent_to_sign_in_and_comes_back(client: FlaskClient, page: str) -> None:
    answer = client.get(page)

    assert (answer.status_code, answer.location) == (302, f"/login?next={page}")


@pytest.mark.parametrize("page", FORMS)
def test_a_strangers_form_is_sent_to_sign_in(auth: AuthActions, page: str) -> None:
    shown = "/account"
    referrer = {"Referer": f"http://localhost{shown}"}
    answer = auth.client.post(page, data={"csrf_token": auth.token()}, headers=referrer)

    back = next((stands_on for end, stands_on in STANDS_ON.items() if page.endswith(end)), shown)
    assert (answer.status_code, answer.location) == (303, f"/login?next={back}")


@pytest.mark.parametrize("page", FORMS)
def test_a_form_without_its_token_is_refused(auditor: object, client: FlaskClient, page: str) -> None:
    assert client.post(page).status_code == 400


def test_no_route_of_the_panel_is_left_open(app: Flask, client: FlaskClient) -> None:
    """Flask-Admin adds routes of its own, whatever its views allow."""
    routes = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")]
    assert len(routes) >= len(PAGES) - 1  # /account is none of them

    for rule in routes:
        values = {"event_id": uuid4(), "export_id": uuid4(), "user_id": 1, "filename": "x"}
        values["public_id"] = uuid4()
        values |= {"follower": "mail"}
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
        for method in rule.methods - {"OPTIONS"}:
            answer = client.open(address, method=method)
            assert answer.status_code in (302, 303, 400, 403, 404), f"{method} {address}"
