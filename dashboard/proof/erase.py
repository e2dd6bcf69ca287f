"""Erase: forget a person, and keep what happened provable.

The personal fields and the nonces of their entries are blanked, the traces of their requests go, the digests
stay, and each batch adds an entry that lists what it blanked; a verification demands it.
"""

import secrets
from collections.abc import Iterator
from functools import partial

from flask import current_app
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from auth.events import AuthEvent, Client, Subject
from auth.policy import lookup_keys
from auth.service import account_of
from dashboard.log.authentic import quarantine
from dashboard.log.chain import PERSONAL_COLUMNS
from dashboard.log.recorder import record
from dashboard.log.recording import query_words
from dashboard.log.recording.query_words import Traces
from dashboard.log.sealer import seal_all
from dashboard.log.spool.replay import enter_all
from dashboard.proof.erase_ranges import as_text
from dashboard.proof.erase_webhooks import forget_answers, forget_in_webhooks
from dashboard.proof.voucher import Signer
from dashboard.signals import person_erased
from dashboard.traces.store import forget_traces
from models import (
    Action,
    ApiToken,
    Letter,
    LoginLog,
    Outcome,
    Role,
    UsedLink,
    User,
    UserSession,
    db,
    write_transaction,
)
from models.clock import now

#: Entries blanked in one transaction; their numbers fit into one entry's detail.
ERASE_BATCH = 150
#: Entries that vouch for others keep their detail; they name nobody.
_VOUCHING = (Action.ERASE, Action.LOG_PURGE, Action.ADDRESS_PURGE)
#: Columns of an account that end empty.
_GONE = (
    *("email", "email_key", "email_confirmed_at", "password_hash", "locked_until"),
    *("gender", "city", "locale", "language", "timezone"),
)
#: What else is kept by the number of an account.
_THEIRS = (UserSession, ApiToken, Letter, UsedLink)


def find_account(name: str) -> int | None:
    """Return the id of the account with this user name or address, or None."""
    account = account_of(lookup_keys(name))
    return account.id if account else None


def close_account(user_id: int, *, actor: Subject | None = None) -> str:
    """Make the account nobody's, end its sessions and return its new name; again is harmless.

    That is an entry of its own: a person may have none left that `blank` would tell of.
    """
    events = _erased(user_id, actor), AuthEvent.of_site(Action.SETTINGS_CHANGE)
    close = partial(_close, user_id, query_words.traces(user_id), events)
    return write_transaction(close)


def entries_of(user_id: int) -> list[int]:
    """Enter and seal what waits and return the numbers of a person's entries that are not blank yet."""
    enter_all()
    seal_all()
    theirs = select(LoginLog.seq).where(_is_theirs(user_id)).order_by(LoginLog.seq)
    found = [seq for seq in db.session.scalars(theirs) if seq is not None]
    db.session.rollback()
    return found


def blank(user_id: int, seqs: list[int], signer: Signer, *, actor: Subject | None = None) -> Iterator[int]:
    """Blank entries and those that came meanwhile; yield how many after each batch.

    ``actor`` is who asked for it, ``signer`` signs what vouches for the gaps. Tells ``person_erased`` at
    the end.
    """
    while seqs:
        for first in range(0, len(seqs), ERASE_BATCH):
            batch = seqs[first : first + ERASE_BATCH]
            write_transaction(partial(_blank, user_id, batch, _erased(user_id, actor), signer))
            yield len(batch)
        seqs = entries_of(user_id)
    person_erased.send(current_app._get_current_object(), user_id=user_id)  # type: ignore[attr-defined]


def _is_theirs(user_id: int) -> ColumnElement[bool]:
    about = or_(LoginLog.user_id == user_id, LoginLog.actor_id == user_id)
    is_kept = LoginLog.seq.is_not(None) & LoginLog.person_nonce.is_not(None)
    return about & is_kept & LoginLog.action.not_in(_VOUCHING)


def _blank(user_id: int, seqs: list[int], event: AuthEvent, signer: Signer, session: Session) -> None:
    """Blank those of ``seqs`` that are not blank yet and record which."""
    still = select(LoginLog.seq).where(LoginLog.seq.in_(seqs), _is_theirs(user_id)).order_by(LoginLog.seq)
    batch = [seq for seq in session.scalars(still) if seq is not None]
    if batch:
        nothing = dict.fromkeys(PERSONAL_COLUMNS)
        requests = session.scalars(select(LoginLog.request_id).where(LoginLog.seq.in_(batch))).all()
        session.execute(update(LoginLog).where(LoginLog.seq.in_(batch)).values(nothing))
        forget_traces(session, requests)
        forget_answers(session, batch)
        record(session, signer.sign(event, {"erased": as_text(batch)}))


def _erased(user_id: int, actor: Subject | None) -> AuthEvent:
    return AuthEvent(Action.ERASE, Outcome.SUCCESS, Subject("", user_id), Client(), actor=actor)


def _close(user_id: int, person: Traces, events: tuple[AuthEvent, AuthEvent], session: Session) -> str:
    user = session.get_one(User, user_id, with_for_update=True)
    if user.erased_at is None:
        record(session, events[0])
        user.erased_at = now()
    name = _free_name(user_id, session)
    user.username = user.username_key = user.username_skeleton = name
    for column in _GONE:
        setattr(user, column, None)
    user.hobbies, user.role, user.disabled = [], Role.USER, True
    for table in _THEIRS:
        session.execute(delete(table).where(table.user_id == user_id))
    query_words.forget(session, person)
    forget_in_webhooks(session, person, events[1])
    quarantine.forget_person(session, user_id)
    return name


def _free_name(user_id: int, session: Session) -> str:
    """Return a name that tells what happened; somebody may have taken the plain one."""
    name = f"erased-{user_id}"
    taken = select(User.id).where(User.username_key == name, User.id != user_id)
    return name if session.scalar(taken) is None else f"{name}-{secrets.token_hex(4)}"
