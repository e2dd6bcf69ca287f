"""An address is confirmed once, by who reads its mail."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask, current_app
from sqlalchemy import update

from auth.addresses.confirmation import LINK_AHEAD, LINK_LASTS, LinkState, look_at_link, use_link
from auth.addresses.links import CONFIRM, link_token
from auth.events import Client
from dashboard.proof.erase import close_account
from models import UsedLink, User, db, write_transaction
from models.clock import now
from tests.support.actions import entries


@pytest.fixture(autouse=True)
def letters(app: Flask) -> None:
    """The site sends letters."""
    app.config["MAIL_URL"] = "console:"


def event_of(moment: datetime) -> UUID:
    """Return a UUIDv7 made then."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | 7 << 76 | 2 << 62 | 5)


def change(user: User, **columns: object) -> None:
    write_transaction(
        lambda session: session.execute(update(User).where(User.id == user.id).values(**columns))
    )


def state(link: str) -> LinkState:
    db.session.rollback()
    db.session.expire_all()
    return look_at_link(link).state


def test_a_link_confirms_once_and_is_one_entry(alice: User) -> None:
    link = link_token(CONFIRM, event_of(now()), alice)
    assert state(link) == LinkState.OPEN
    for _ in range(3):
        use_link(link, Client(ip="192.0.2.1"))
        assert state(link) == LinkState.CONFIRMED
    (entry,) = entries()
    assert (entry.action, entry.outcome, entry.reason) == ("email_confirm", "success", None)
    assert (entry.user_id, entry.username, entry.ip) == (alice.id, "alice", "192.0.2.1")
    assert db.session.get_one(User, alice.id).email_confirmed_at is not None


def test_looking_changes_nothing(alice: User) -> None:
    link = link_token(CONFIRM, event_of(now()), alice)
    assert state(link) == state(link) == LinkState.OPEN
    assert entries() == []


def test_one_that_is_too_old_is_exchanged_once(alice: User) -> None:
    link = link_token(CONFIRM, event_of(now() - LINK_LASTS - timedelta(minutes=1)), alice)
    assert state(link) == LinkState.EXPIRED
    for _ in range(2):
        use_link(link, Client())
        assert state(link) == LinkState.RENEWED
    (entry,) = entries()
    assert (entry.action, entry.outcome, entry.reason) == ("email_confirm", "failure", "expired")
    assert db.session.get_one(User, alice.id).email_confirmed_at is None


def test_one_of_a_clock_that_was_far_ahead_is_too_old_as_well(alice: User) -> None:
    assert state(link_token(CONFIRM, event_of(now() + LINK_AHEAD / 2), alice)) == LinkState.OPEN
    ahead = link_token(CONFIRM, event_of(now() + LINK_AHEAD + timedelta(hours=1)), alice)
    assert state(ahead) == LinkState.EXPIRED


def test_without_mail_no_new_one_is_promised(alice: User) -> None:
    current_app.config["MAIL_URL"] = None
    link = link_token(CONFIRM, event_of(now() - LINK_LASTS * 2), alice)
    use_link(link, Client())
    assert (state(link), entries()) == (LinkState.EXPIRED, [])


@pytest.mark.parametrize(
    "changed", [{"email": "new@example.org"}, {"email": None}, {"device_generation": 1}, {"disabled": True}]
)
def test_it_dies_with_address_password_and_account(alice: User, changed: dict[str, object]) -> None:
    link = link_token(CONFIRM, event_of(now()), alice)
    change(alice, **changed)
    use_link(link, Client())
    assert (state(link), entries()) == (LinkState.INVALID, [])


def test_it_dies_with_whoever_is_erased_and_so_does_its_use(alice: User) -> None:
    link = link_token(CONFIRM, event_of(now()), alice)
    use_link(link, Client())
    close_account(alice.id)
    use_link(link, Client())
    assert state(link) == LinkState.INVALID
    assert db.session.query(UsedLink).count() == 0
    assert [entry.action for entry in entries()] == ["email_confirm", "erase"]
    assert db.session.get_one(User, alice.id).email_confirmed_at is None


def test_the_link_of_an_address_that_was_left_and_taken_again_is_used_up(alice: User) -> None:
    link = link_token(CONFIRM, event_of(now()), alice)
    use_link(link, Client())
    change(alice, email_confirmed_at=None)
    use_link(link, Client())
    assert state(link) == LinkState.RENEWED
    assert db.session.get_one(User, alice.id).email_confirmed_at is None
