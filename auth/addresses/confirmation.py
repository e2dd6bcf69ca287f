"""Confirming an e-mail address by the link of a letter. No HTTP in here."""

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from flask import current_app
from sqlalchemy.orm import Session

from auth import signals
from auth.addresses.links import CONFIRM, LinkToken, hash_of_link, is_of, read_link_token
from auth.events import AuthEvent, Client, Subject
from auth.sessions import CurrentUser
from models import Action, Outcome, Reason, UsedLink, User, db
from models.clock import now

#: How long a link works, and how far its time may lie ahead of a clock that was wrong.
LINK_LASTS, LINK_AHEAD = timedelta(days=7), timedelta(days=1)


class LinkState(StrEnum):
    """What a link does: it confirms; all is done; it is too old; a new one was sent instead; nothing."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    RENEWED = "renewed"
    INVALID = "invalid"


class Confirmation(NamedTuple):
    """A link as it stands, and whose address it confirms."""

    state: LinkState
    account: User | None = None
    token: LinkToken | None = None


def sends_letters() -> bool:
    """Whether this site sends letters at all."""
    return bool(current_app.config.get("MAIL_URL"))


def look_at_link(text: str) -> Confirmation:
    """Return how the link with this token stands; nothing is changed."""
    return _look(db.session(), text)


def use_link(text: str, client: Client) -> None:
    """Confirm the address, or ask for a new letter where the link is too old; else nothing is to do.

    Used twice it is one entry. Raises ``NotWritten`` when that cannot be recorded.
    """
    confirmed = AuthEvent(Action.EMAIL_CONFIRM, Outcome.SUCCESS, None, client)

    def change(session: Session) -> AuthEvent | None:
        state, account, token = _look(session, text, with_for_update=True)
        if account is None or token is None or not _does_something(state):
            return None
        session.add(UsedLink(token_hash=hash_of_link(token), user_id=account.id, used_at=now()))
        event = replace(confirmed, subject=Subject.of(account))
        if state is LinkState.EXPIRED:
            return replace(event, outcome=Outcome.FAILURE, reason=Reason.EXPIRED)
        account.email_confirmed_at = confirmed.occurred_at
        return event

    signals.record_change(signals.account_changed, change)


def ask_for_link(user: CurrentUser, client: Client) -> bool:
    """Ask for a letter with a link to the own address; False when there is nothing to confirm.

    Raises ``NotWritten`` when that cannot be recorded.
    """
    event = user.event(Action.EMAIL_CONFIRM, client, reason=Reason.USER_INITIATED)
    asked = replace(event, outcome=Outcome.FAILURE)

    def change(session: Session) -> AuthEvent | None:
        account = session.get_one(User, user.user_id, with_for_update=True)
        return asked if is_to_confirm(account) else None

    signals.record_change(signals.account_changed, change)
    account = db.session.get(User, user.user_id)
    return account is not None and is_to_confirm(account)


def is_to_confirm(account: User) -> bool:
    """Whether an account has an address that a letter can confirm."""
    is_open = bool(account.email) and account.email_confirmed_at is None
    return is_open and not account.disabled and sends_letters()


def _does_something(state: LinkState) -> bool:
    return state is LinkState.OPEN or (state is LinkState.EXPIRED and sends_letters())


def _look(session: Session, text: str, *, with_for_update: bool = False) -> Confirmation:
    token = read_link_token(text)
    account = token and session.get(User, token.user_id, with_for_update=with_for_update)
    if token is None or account is None or account.disabled or not is_of(token, CONFIRM, account):
        return Confirmation(LinkState.INVALID)
    return Confirmation(_state(session, token, account), account, token)


def _state(session: Session, token: LinkToken, account: User) -> LinkState:
    if account.email_confirmed_at:
        return LinkState.CONFIRMED
    if session.get(UsedLink, hash_of_link(token)):
        return LinkState.RENEWED
    is_fresh = -LINK_AHEAD <= now() - token.made_at <= LINK_LASTS
    return LinkState.OPEN if is_fresh else LinkState.EXPIRED
