"""Entries that lead to letters, and what is in the table of letters."""

from collections.abc import Sequence
from itertools import count

from sqlalchemy import select, update

from models import Action, Letter, LoginLog, Outcome, Reason, User, db, write_transaction
from models.clock import now
from tests.support.actions import make_user
from tests.support.book import entry, store

_numbers = count(1000)


def confirmed(name: str, **columns: object) -> User:
    """Store an account whose address is confirmed."""
    return make_user(name, email_confirmed_at=now(), **columns)


def about(user: User, **columns: object) -> LoginLog:
    """Store an entry of just now about somebody: a sign-in from a new device, unless told otherwise."""
    who = {"user_id": user.id, "username": user.username, "username_key": user.username_key}
    usual = {"occurred_at": now(), "new_device": True, "browser": "Firefox 140", "os": "Linux"}
    row = entry(next(_numbers), None, **usual | {"ip": "203.0.113.9"} | who | columns)
    store([row])
    return row


def registered(user: User, **columns: object) -> LoginLog:
    return about(user, action=Action.REGISTER, new_device=None, **columns)


def asked_for_link(user: User) -> LoginLog:
    failed = {"outcome": Outcome.FAILURE, "reason": Reason.EXPIRED}
    return about(user, action=Action.EMAIL_CONFIRM, new_device=None, **failed)


def letters() -> Sequence[Letter]:
    """Return the table, oldest first."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Letter).order_by(Letter.made_at, Letter.event_id)).all()


def states() -> list[str]:
    return [letter.state for letter in letters()]


def change_letters(**columns: object) -> None:
    write_transaction(lambda session: session.execute(update(Letter).values(**columns)))
