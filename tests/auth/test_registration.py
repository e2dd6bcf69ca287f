# ruff: noqa: RUF001 - full-width letters are one of the cases
"""Accounts: made once, with their entry."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from auth import registration
from auth.attempts import NewAccount, Refused
from auth.events import Client
from auth.registration import refuse_registration, register_account
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
def test_a_taken_address_is_left_out(app: Flask, alice: User, email: str) -> None:
    account = NewAccount(username="other", password="correct horse", email=email)
    assert register_account(account, Client()) is None
    (entry,) = entries()
    told = f'{{"account":{alice.id},"email":"in use"}}'
    assert (entry.username, entry.outcome, entry.detail) == ("other", "success", told)
    assert db.session.scalar(select(User.email).where(User.username == "other")) is None


def test_a_name_that_differs_by_an_accent_is_free(app: Flask) -> None:
    make_user("zoe", email_key=None)
    assert register_account(ZOE, Client()) is None


def test_several_accounts_may_have_no_address(app: Flask) -> None:
    for name in ("one", "two"):
        assert register_account(NewAccount(username=name, password="correct horse"), Client()) is None


def at_once(app: Flask, **same: Any) -> list[Refused | None]:
    """Register six accounts at once that have something in common."""

    def one(number: int) -> Refused | None:
        own = {"username": f"name{number}", "email": f"{number}@example.org"}
        with app.app_context():
            return register_account(NewAccount(password="correct horse", **own | same), Client())

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(one, range(6)))


def test_of_many_at_once_one_gets_the_name(app: Flask) -> None:
    results = at_once(app, username="zoe")
    assert sorted(results, key=str) == [None, *[Refused(Reason.USERNAME_IN_USE)] * 5]
    assert user_count() == 1
    assert sorted(entry.outcome for entry in entries()) == ["failure"] * 5 + ["success"]


def test_of_many_at_once_one_gets_the_address(app: Flask) -> None:
    assert at_once(app, email="zoe@example.org") == [None] * 6
    assert (user_count(), len(entries())) == (6, 6)
    assert list(db.session.scalars(select(User.email).where(User.email.is_not(None)))) == ["zoe@example.org"]


def test_a_form_that_is_sent_many_times_at_once_makes_one_account(app: Flask) -> None:
    assert at_once(app, username="zoe", email="zoe@example.org", once=uuid4()) == [None] * 6
    assert (user_count(), len(entries())) == (1, 1)


def test_a_form_that_is_sent_again_is_hashed_once_and_takes_no_place(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = replace(ZOE, once=uuid4())
    assert register_account(account, Client()) is None
    hashes, given_back = list[object](), list[object]()
    hashed = registration.hashing.hashed
    monkeypatch.setattr(
        registration.hashing, "hashed", lambda *how, **more: (hashes.append(how), hashed(*how, **more))[1]
    )
    monkeypatch.setattr(registration.throttle, "give_back", given_back.append)
    assert register_account(account, Client()) is None
    assert (len(hashes), len(given_back), user_count()) == (1, 1, 1)


def test_of_a_form_that_is_sent_many_times_at_once_one_takes_a_place(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back: list[object] = []
    monkeypatch.setattr(registration.throttle, "give_back", given_back.append)
    assert at_once(app, username="zoe", once=uuid4()) == [None] * 6
    assert len(given_back) == 5


@pytest.mark.parametrize(
    ("taken", "name"),
    [("paypal", "раураӏ"), ("xoche", "хосһе"), ("oma", "ома")],
)
def test_a_name_of_another_script_that_looks_like_a_taken_one_is_refused(
    app: Flask, taken: str, name: str
) -> None:
    assert register_account(NewAccount(username=taken, password="correct horse"), Client()) is None
    assert register_account(NewAccount(username=name, password="correct horse"), Client()) == Refused(
        Reason.USERNAME_IN_USE
    )
    assert register_account(NewAccount(username=f"{taken}1", password="correct horse"), Client()) is None


def test_of_names_that_look_alike_and_come_at_once_one_is_taken(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each looks for the other's only when both may have stored theirs."""
    both, looks = Barrier(2), registration._looks_like_another

    def late(*how: Any) -> bool:
        with suppress(BrokenBarrierError):
            both.wait(1)
        return looks(*how)

    def one(name: str) -> Refused | None:
        with app.app_context():
            return register_account(NewAccount(username=name, password="correct horse"), Client())

    monkeypatch.setattr(registration, "_looks_like_another", late)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(one, ("paypal", "раураӏ")))
    assert sorted(results, key=str) == [None, Refused(Reason.USERNAME_IN_USE)]
    assert user_count() == 1


def test_names_of_one_script_may_look_alike(app: Flask) -> None:
    for name in ("paypal1", "paypall"):
        assert register_account(NewAccount(username=name, password="correct horse"), Client()) is None


@pytest.mark.parametrize(
    "reason", [Reason.REGISTRATION_CLOSED, Reason.PASSWORD_REJECTED, Reason.INVALID_FORM]
)
def test_a_refusal_is_recorded_with_its_reason(app: Flask, reason: Reason) -> None:
    assert refuse_registration("a name\x00", reason, Client()) == Refused(reason)
    (entry,) = entries()
    assert (entry.action, entry.outcome, entry.reason) == (Action.REGISTER, Outcome.FAILURE, reason)
    assert entry.username == "a***"
