"""The registration page: what is refused, and where it says so."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Reason, User, db
from tests.support.actions import PASSWORD, AuthActions, entries, make_user


def wrong(page: str) -> dict[str, str]:
    """Return the message at each field."""
    found = re.findall(r'id="(\w+)-wrong"><svg.*?</svg>(.*?)</p>', page)
    return dict(found)


def test_registering_leads_to_the_sign_in_page_and_its_notice(auth: AuthActions) -> None:
    answer = auth.register("zoe")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    assert "Your account is ready" in auth.client.get("/login").text
    assert "Your account is ready" not in auth.client.get("/login").text
    assert auth.login("zoe").status_code == 302


def test_what_was_filled_in_is_kept(auth: AuthActions) -> None:
    auth.register(
        " Zoë ", gender="other", city=" Köln ", hobbies=["music", "games"], email=" Zoe@Example.ORG "
    )
    user = db.session.scalars(select(User)).one()
    assert (user.username, user.gender, user.city, user.hobbies) == (
        "Zoë",
        "other",
        "Köln",
        ["music", "games"],
    )
    assert user.email == "Zoe@example.org"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("username", "", "Choose a user name."),
        ("username", "  ", "Use 2 to 64 letters"),
        ("username", "a", "Use 2 to 64 letters"),
        ("username", "a b", "Use 2 to 64 letters"),
        ("username", "a\x00b", "Use 2 to 64 letters"),
        ("username", "a" * 65, "Use 2 to 64 letters"),
        ("email", "", "Enter your e-mail address."),
        ("email", "nobody", "This is not an e-mail address."),
        ("email", "a@b@c", "This is not an e-mail address."),
        ("email", "a\x00@example.org", "This is not an e-mail address."),
        ("email", "a" * 250 + "@example.org", "An e-mail address has at most 254 characters."),
        ("email", "ﷺ" * 21 + "@example.org", "An e-mail address has at most 254 characters."),
        ("password", "", "Choose a password."),
        ("password", "short77", "Use at least 8 characters."),
        ("password", "password1", "This password is too common."),
        ("password", "a" * 1025, "A password has at most 1,024 bytes."),
        ("password", "é" * 513, "A password has at most 1,024 bytes."),
        ("confirm", "another one", "The passwords differ."),
        ("confirm", "", "Repeat the password."),
        ("gender", "elephant", "Not a valid choice."),
        ("city", "a" * 101, "Field cannot be longer than 100 characters."),
        ("city", "a\x00b", "Control characters are not allowed here."),
        ("hobbies", "gambling", "is not a valid choice"),
    ],
)
def test_a_mistake_stands_at_its_field(auth: AuthActions, field: str, value: str, message: str) -> None:
    fields = {"confirm": value} if field == "password" else {}
    page = auth.register(**{"username": "zoe", field: value, **fields})
    assert page.status_code == 400
    assert message in wrong(page.text)[field]
    reason = Reason.PASSWORD_REJECTED if field == "password" and value else Reason.INVALID_FORM
    assert [(entry.action, entry.reason) for entry in entries()] == [("register", reason)]


def test_a_taken_name_stands_at_its_field(auth: AuthActions, alice: User) -> None:
    page = auth.register("ALICE", email="new@example.org")
    assert (page.status_code, list(wrong(page.text))) == (400, ["username"])
    assert entries()[0].reason == Reason.USERNAME_IN_USE


def test_nobody_learns_whether_an_address_has_an_account(auth: AuthActions, alice: User) -> None:
    pages = [auth.register("one", email="alice@EXAMPLE.org"), auth.register("two", email="new@example.org")]
    assert len({(page.status_code, page.headers["Location"], page.text) for page in pages}) == 1
    addresses = select(User.email).where(User.username != "alice").order_by(User.id)
    assert list(db.session.scalars(addresses)) == [None, "new@example.org"]
    assert [entry.detail for entry in entries()] == [f'{{"account":{alice.id},"email":"in use"}}', None]


def test_an_address_that_was_left_out_opens_the_account_of_its_owner_only(
    auth: AuthActions, alice: User
) -> None:
    auth.register("mallory", "tulips at dawn", email="alice@example.org", confirm="tulips at dawn")
    assert auth.login("alice@example.org", "tulips at dawn").status_code == 401
    assert auth.login("mallory", "tulips at dawn").status_code == 302


def test_a_form_that_is_sent_twice_makes_one_account(auth: AuthActions) -> None:
    page = auth.client.get("/register").text
    fields = dict(re.findall(r'name="(csrf_token|once)" type="hidden" value="([^"]+)"', page))
    typed = {"username": "zoe", "email": "zoe@example.org", "password": PASSWORD, "confirm": PASSWORD}
    answers = [auth.client.post("/register", data=typed | fields) for _ in range(2)]
    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(302, "/login")] * 2
    assert len(entries()) == 1
    other = auth.client.post(
        "/register", data=typed | fields | dict.fromkeys(("password", "confirm"), PASSWORD * 2)
    )
    assert other.status_code == 400


def test_the_twenty_first_account_of_an_hour_waits(auth: AuthActions) -> None:
    for number in range(20):
        assert auth.register(f"name{number}", email=f"{number}@example.org").status_code == 302
    page = auth.register("name20", email="20@example.org")
    assert (page.status_code, int(page.headers["Retry-After"]) > 3000) == (429, True)
    assert entries()[-1].reason == Reason.RATE_LIMITED


def test_a_page_with_mistakes_repeats_no_password(auth: AuthActions) -> None:
    assert "correct horse" not in auth.register("a", "correct horse battery").text


@pytest.fixture
def closed(app: Flask) -> None:
    """Nobody may register."""
    app.config["REGISTRATION"] = "closed"


def test_a_closed_registration_refuses_and_records(closed: None, auth: AuthActions) -> None:
    page = auth.client.post("/register", data={"username": "zoe", "csrf_token": auth.token()})
    assert page.status_code == 403
    assert entries()[0].reason == Reason.REGISTRATION_CLOSED


def test_a_closed_registration_has_no_form_and_no_link(closed: None, client: FlaskClient) -> None:
    page = client.get("/register")
    assert (page.status_code, 'name="password"' in page.text) == (403, False)
    assert "/register" not in client.get("/login").text


def test_names_that_look_alike_to_people_are_one_name(auth: AuthActions) -> None:
    make_user("zoë")
    assert wrong(auth.register("ＺＯË").text) == {"username": "This user name is taken."}
    assert auth.register("zoe").status_code == 302


def test_who_is_signed_in_needs_no_account(auth: AuthActions) -> None:
    make_user("alice")
    auth.login("alice")
    assert auth.client.get("/register").location == "/account"
