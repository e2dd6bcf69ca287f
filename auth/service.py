"""The decisions: who gets in, who is turned away. No HTTP in here.

Each attempt is one write transaction, in which its signal is sent and its entry stored;
if that fails nothing has happened (``models.NotWritten``).
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from uuid import UUID

from blinker import NamedSignal
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from auth import floods, sessions, signals, throttle
from auth.attempts import BUSY, Credentials, Refused
from auth.events import AuthEvent, Client, Subject
from auth.factors import hashing
from auth.factors.devices import device_of
from auth.factors.passwords import check_password, hash_password
from auth.policy import lookup_keys
from auth.sessions import CurrentUser
from models import Action, NotWritten, Outcome, Reason, User, db, write_transaction
from models.clock import now

#: How often a password is looked at whose account changes meanwhile.
HASH_TRIES = 3


def authenticate(credentials: Credentials, client: Client) -> CurrentUser | Refused:
    """Check the credentials and begin a session, or turn the attempt away.

    Its place is taken before the password is hashed, and given back unless it was a failure. The password is
    hashed for unknown names too, so that the answer takes as long.
    Raises ``NotWritten`` when the attempt cannot be recorded.
    """
    event = AuthEvent(
        Action.LOGIN, Outcome.FAILURE, Subject(credentials.name), client, auth_method="password"
    )
    with signals.refused_unrecorded(event):
        user = account_of(lookup_keys(credentials.name))
        db.session.close()  # others may have the connection while the password is hashed
    if user:
        event = replace(event, subject=Subject.of(user))
    places = _take(user, credentials, client)
    if isinstance(places, throttle.TooMany):
        return turn_away(signals.login_failed, event, Refused(Reason.RATE_LIMITED, places.seconds))
    is_failure = False
    try:
        result = _decide(user, credentials, event, is_known=places.is_of_device)
        is_failure = isinstance(result, Refused) and result != BUSY
    finally:
        if not is_failure:
            throttle.give_back(places)
    return result


def _decide(
    user: User | None, credentials: Credentials, event: AuthEvent, *, is_known: bool
) -> CurrentUser | Refused:
    """Look at the password and admit or refuse; once more when it was changed meanwhile."""
    for _ in range(HASH_TRIES):
        judgement = _judge(user, credentials, event.client, is_known=is_known)
        if isinstance(judgement, Refused):
            return turn_away(signals.login_failed, event, judgement)
        conclude = partial(
            _conclude,
            user=user,
            credentials=credentials,
            event=event,
            judgement=judgement,
            revocation=uuid7(),
        )
        try:
            with signals.refused_unrecorded(event):
                return write_transaction(conclude)
        except _PasswordChanged:
            with signals.refused_unrecorded(event):
                user = account_of(lookup_keys(credentials.name))
    raise NotWritten("the account changes all the time")


def sign_out(user: CurrentUser, client: Client) -> None:
    """End the session of ``user``; signing out twice is one entry.

    Raises ``NotWritten`` when that cannot be recorded; the session then goes on.
    """
    event = user.event(Action.LOGOUT, client, reason=Reason.USER_INITIATED)
    signals.record_change(
        signals.user_logged_out, lambda session: event if sessions.end(session, user.session_id) else None
    )


def reset_password(user: User, password: str, client: Client) -> None:
    """Give an account a new password, unlock it and end all its sessions; raises ``hashing.NoHashSlot``."""
    event = AuthEvent(Action.PASSWORD_RESET, Outcome.SUCCESS, Subject.of(user), client)
    password_hash = hashing.hashed(partial(hash_password, password), client.ip)

    def reset(session: Session) -> AuthEvent:
        account = session.get_one(User, user.id, with_for_update=True)
        account.password_hash, account.locked_until = password_hash, None
        account.device_generation += 1
        sessions.end_all(session, user.id)
        return event

    signals.record_change(signals.password_changed, reset)


def account_of(keys: Sequence[str]) -> User | None:
    """Return the account with one of these names or e-mail addresses, the first of them that is somebody's.

    Names never contain an @.
    """
    by = or_(User.username_key.in_(keys), User.email_key.in_(keys))
    found = {key: user for user in db.session.scalars(select(User).where(by)) for key in _keys_of(user)}
    return next((found[key] for key in keys if key in found), None)


def _keys_of(user: User) -> list[str]:
    return [key for key in (user.username_key, user.email_key) if key]


def _take(user: User | None, credentials: Credentials, client: Client) -> throttle.Places | throttle.TooMany:
    """Take the attempt's place in the counts of the account, once it is known, else of the name."""
    if user is None:
        return throttle.take_sign_in(f"name {lookup_keys(credentials.name)[-1]}", client.ip)
    device = device_of(credentials.devices, user.id, user.device_generation)
    return throttle.take_sign_in(f"id {user.id}", client.ip, device)


def turn_away(signal: NamedSignal, event: AuthEvent, refused: Refused) -> Refused:
    """Record an attempt whose password was not looked at; in a flood it is counted only."""
    event = replace(event, reason=refused.reason)
    if not floods.takes(event):
        with signals.refused_unrecorded(event):
            signals.record_change(signal, lambda _: event)
    return refused


class _PasswordChanged(Exception):
    """The account has another hash by now: reset, or made anew by another sign-in."""


class _Judgement(NamedTuple):
    """Why the attempt is turned away, if it is, and the hash to store in place of an outdated one."""

    reason: Reason | None
    rehashed: str | None


def _judge(
    user: User | None, credentials: Credentials, client: Client, *, is_known: bool
) -> _Judgement | Refused:
    """Look at the password; ``is_known`` says that the device was here before."""
    stored = user.password_hash if user else None
    check = partial(check_password, stored, credentials.password)
    try:
        matches, rehashed = hashing.hashed(check, client.ip, is_known=is_known)
    except hashing.NoHashSlot:
        return BUSY
    return _Judgement(_objection(user, matches), rehashed)


def _objection(user: User | None, password_matches: bool) -> Reason | None:
    """Return why this account may not be entered now, or None."""
    if user is None:
        return Reason.UNKNOWN_USER
    if not password_matches:
        return Reason.INVALID_PASSWORD
    if user.disabled:
        return Reason.ACCOUNT_DISABLED
    if user.locked_until and user.locked_until > now():
        return Reason.ACCOUNT_LOCKED
    return None


def _conclude(
    session: Session,
    *,
    user: User | None,
    credentials: Credentials,
    event: AuthEvent,
    judgement: _Judgement,
    revocation: UUID,
) -> CurrentUser | Refused:
    """Admit or refuse, on the account as it is now: it may have changed since the hash was read.

    ``revocation`` is the id of the entry that tells of the session that ends.
    """
    reason = judgement.reason
    if reason is None and user:
        locked = session.get(User, user.id, with_for_update=True)
        if locked and locked.password_hash != user.password_hash:
            raise _PasswordChanged
        reason = _objection(locked, password_matches=True)
        if reason is None and locked:
            locked.password_hash = judgement.rehashed or locked.password_hash
            return _admit(session, locked, credentials, event, revocation)
    signals.emit(signals.login_failed, replace(event, reason=reason), session)
    return Refused(reason or Reason.UNKNOWN_USER)


def _admit(
    session: Session, user: User, credentials: Credentials, event: AuthEvent, revocation: UUID
) -> CurrentUser:
    """Begin a session and end the one that the browser had; a form sent again goes on with its own."""
    token, row = sessions.again(session, user, credentials.once) or sessions.begin_session(
        session, user, event.client, remember=credentials.remember, once=credentials.once
    )
    if row.id is None:
        is_known = device_of(credentials.devices, user.id, user.device_generation) is not None
        began = replace(event, outcome=Outcome.SUCCESS, session_ref=row.public_id, is_known_device=is_known)
        signals.emit(signals.login_succeeded, began, session)
        session.flush()
    former = sessions.find_session(session, credentials.former)
    if former and former.session_id != row.id and sessions.end(session, former.session_id):
        revoked = former.event(Action.SESSION_REVOKE, event.client, reason=Reason.USER_INITIATED)
        actor = None if former.user_id == user.id else Subject.of(user)
        signals.emit(signals.session_revoked, replace(revoked, actor=actor, event_id=revocation), session)
    return CurrentUser.of(user, row, token)
