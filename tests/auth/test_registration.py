# ruff: noqa: RUF001 - full-width letters are one of the cases
"""Accounts: made once, with their entry."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from auth.events import Client
from auth.service import NewAccount, Refused, refuse_registration, register_account
from models import Action, Outcome, Reason, Role, User, db
from tests.support.actions import entries, make_user

ZOE = NewAccount(
    username="Zoë", password="correct horse", email="Zoe@Example.org", hobbies=("music", "games")
)


def user_count() -> int:
    """Return how many accounts there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count(User.id))) or 0


def test_an_account_is_made_with_its_entry(app: Flask) -> None:
    assert register_account(ZOE, Client()) is None
    user, (entry,) = db.session.scalars(select(User)).one(), entries()
    assert (entry.action, entry.outcome, entry.user_id) == (Action.REGISTER, Outcome.SUCCESS, user.id)
    assert (entry.username, entry.username_key) == ("Zoë", "zoë")


def test_an_account_keeps_what_was_given(app: Flask) -> None:
    register_account(ZOE, Client())
    user = db.session.scalars(select(User)).one()
    assert (user.username, user.username_key, user.email_key) == ("Zoë", "zoë", "zoe@example.org")
    assert (user.hobbies, user.gender, user.role) == (["music", "games"], None, Role.USER)
    assert user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize("name", ["alice", "ALICE", "ａｌｉｃｅ"])
def test_a_taken_name_is_refused_about_its_owner(app: Flask, alice: User, name: str) -> None:
    account = NewAccount(username=name, password="correct horse", email="new@example.org")
    assert register_account(account, Client()) == Refused(Reason.USERNAME_IN_USE)
    (entry,) = entries()
    assert (entry.outcome, entry.reason, entry.user_id) == ("failure", Reason.USERNAME_IN_USE, alice.id)
    assert user_count() == 1


@pytest.mark.parametrize("email", ["alice@example.org", "ALICE@EXAMPLE.ORG"])
def test_a_taken_address_is_refused_about_nobody(app: Flask, alice: User, email: str) -> None:
    account = NewAccount(username="other", password="correct horse", email=email)
    assert register_account(account, Client()) == Refused(Reason.EMAIL_IN_USE)
    (entry,) = entries()
    assert (entry.username, entry.user_id, entry.reason) == ("o***", None, Reason.EMAIL_IN_USE)


def test_a_name_that_differs_by_an_accent_is_free(app: Flask) -> None:
    make_user("zoe", email_key=None)
    assert register_account(ZOE, Client()) is None


def test_several_accounts_may_have_no_address(app: Flask) -> None:
    for name in ("one", "two"):
        assert register_account(NewAccount(username=name, password="correct horse"), Client()) is None


@pytest.mark.parametrize(
    ("same", "reason"),
    [
        ({"username": "zoe"}, Reason.USERNAME_IN_USE),
        ({"email": "zoe@example.org"}, Reason.EMAIL_IN_USE),
    ],
)
def test_of_many_at_once_one_gets_it(app: Flask, same: dict[str, str], reason: Reason) -> None:
    def one(number: int) -> Refused | None:
        own = {"username": f"name{number}", "email": f"{number}@example.org"}
        with app.app_context():
            return register_account(NewAccount(password="correct horse", **own | same), Client())

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(one, range(6)))
    assert sorted(results, key=str) == [None, *[Refused(reason)] * 5]
    assert user_count() == 1
    assert sorted(entry.outcome for entry in entries()) == ["failure"] * 5 + ["success"]


@pytest.mark.parametrize(
    "reason", [Reason.REGISTRATION_CLOSED, Reason.PASSWORD_REJECTED, Reason.INVALID_FORM]
)
def test_a_refusal_is_recorded_with_its_reason(app: Flask, reason: Reason) -> None:
    assert refuse_registration("a name\x00", reason, Client()) == Refused(reason)
    (entry,) = entries()
    assert (entry.action, entry.outcome, entry.reason) == (Action.REGISTER, Outcome.FAILURE, reason)
    assert entry.username == "a***"
