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
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from auth import floods, sessions, signals, throttle
from auth.attempts import BUSY, Credentials, NewAccount, Refused
from auth.events import AuthEvent, Client, Subject
from auth.factors import hashing
from auth.factors.devices import device_of
from auth.factors.passwords import check_password, hash_password, verify_password
from auth.policy import lookup_keys
from auth.sessions import CurrentUser
from models import Action, Outcome, Reason, User, db, write_transaction
from models.clock import now
from models.names import scripts, skeleton, username_key


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
        user = _find(lookup_keys(credentials.name))
        db.session.close()  # others may have the connection while the password is hashed
    if user:
        event = replace(event, subject=Subject.of(user))
    places = _take(user, credentials, client)
    if isinstance(places, throttle.TooMany):
        return _turn_away(signals.login_failed, event, Refused(Reason.RATE_LIMITED, places.seconds))
    is_failure = False
    try:
        judgement = _judge(user, credentials, client, is_known=places.is_of_device)
        if isinstance(judgement, Refused):
            return _turn_away(signals.login_failed, event, judgement)
        conclude = partial(
            _conclude,
            user=user,
            credentials=credentials,
            event=event,
            judgement=judgement,
            revocation=uuid7(),
        )
        with signals.refused_unrecorded(event):
            result = write_transaction(conclude)
        is_failure = isinstance(result, Refused)
    finally:
        if not is_failure:
            throttle.give_back(places)
    return result


def sign_out(user: CurrentUser, client: Client) -> None:
    """End the session of ``user``; signing out twice is one entry.

    Raises ``NotWritten`` when that cannot be recorded; the session then goes on.
    """
    event = user.event(Action.LOGOUT, client, reason=Reason.USER_INITIATED)
    signals.record_change(
        signals.user_logged_out, lambda session: event if sessions.end(session, user.session_id) else None
    )


def register_account(account: NewAccount, client: Client) -> Refused | None:
    """Make an account; return the refusal when its name is taken or there is too much to do.

    An address that another account has is left out, and the entry says so: nobody learns who has an account.
    Raises ``NotWritten`` when it cannot be recorded.
    """
    event = AuthEvent(Action.REGISTER, Outcome.SUCCESS, Subject(account.username), client)
    refused = replace(event, outcome=Outcome.FAILURE, reason=Reason.RATE_LIMITED)
    places = throttle.take_registration(client.ip)
    if isinstance(places, throttle.TooMany):
        return _turn_away(signals.registration_failed, refused, Refused(Reason.RATE_LIMITED, places.seconds))
    is_made = False
    try:
        password_hash = hashing.hashed(partial(hash_password, account.password), client.ip)
        if _is_again(account, client):
            return None
        answer = _enrolled(account, password_hash, event)
        is_made = answer is None
        return answer
    except hashing.NoHashSlot:
        return _turn_away(signals.registration_failed, refused, BUSY)
    finally:
        if not is_made:
            throttle.give_back(places)


def refuse_registration(name: str, reason: Reason, client: Client) -> Refused:
    """Record a registration that was turned away, in a transaction of its own."""
    known = _find([username_key(name)]) if reason is Reason.USERNAME_IN_USE else None
    subject = Subject.of(known) if known else Subject(name)
    event = AuthEvent(Action.REGISTER, Outcome.FAILURE, subject, client, reason=reason)
    with signals.refused_unrecorded(event):
        signals.record_change(signals.registration_failed, lambda _: event)
    return Refused(reason)


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


def _find(keys: Sequence[str]) -> User | None:
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
        return throttle.take_sign_in(f"name {username_key(credentials.name)}", client.ip)
    device = device_of(credentials.devices, user.id, user.device_generation)
    return throttle.take_sign_in(f"id {user.id}", client.ip, device)


def _turn_away(signal: NamedSignal, event: AuthEvent, refused: Refused) -> Refused:
    """Record an attempt whose password was not looked at; in a flood it is counted only."""
    event = replace(event, reason=refused.reason)
    if not floods.takes(event):
        with signals.refused_unrecorded(event):
            signals.record_change(signal, lambda _: event)
    return refused


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
        unchanged = locked is not None and locked.password_hash == user.password_hash
        reason = _objection(locked, unchanged)
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
        signals.emit(
            signals.login_succeeded,
            replace(event, outcome=Outcome.SUCCESS, session_ref=row.public_id),
            session,
        )
        session.flush()
    former = sessions.find(session, credentials.former)
    if former and former.session_id != row.id and sessions.end(session, former.session_id):
        revoked = former.event(Action.SESSION_REVOKE, event.client, reason=Reason.USER_INITIATED)
        signals.emit(signals.session_revoked, replace(revoked, event_id=revocation), session)
    return CurrentUser.of(user, row, token)


def _is_again(account: NewAccount, client: Client) -> bool:
    """Whether this very form made an account before, with the same password."""
    if account.once is None:
        return False
    made = db.session.scalars(select(User).where(User.once == account.once)).one_or_none()
    if made is None or made.username_key != username_key(account.username):
        return False
    return hashing.hashed(partial(verify_password, made.password_hash, account.password), client.ip)


def _enrolled(account: NewAccount, password_hash: str, event: AuthEvent) -> Refused | None:
    """Add the account, without an address that another has; return the refusal when the name is taken."""
    for kept in (account, replace(account, email=None)):
        told = event if kept.email == account.email else replace(event, detail={"email": "in use"})
        try:
            with signals.refused_unrecorded(event):
                signals.record_change(signals.user_registered, partial(_enrol, kept, password_hash, told))
        except LooksAlike:
            break
        except IntegrityError:
            if _find([username_key(account.username)]):
                break
        else:
            return None
    if _is_again(account, event.client):  # it was sent twice at once
        return None
    return refuse_registration(account.username, Reason.USERNAME_IN_USE, event.client)


class LooksAlike(Exception):
    """A name of another script looks the same."""


def looks_like_another(session: Session, name: str) -> bool:
    """Whether an account's name of another script looks like ``name`` (Unicode UTS 39)."""
    alike = (User.username_skeleton == skeleton(name)) & (User.username_key != username_key(name))
    taken = session.scalars(select(User.username).where(alike).limit(100))
    return any(scripts(other) != scripts(name) for other in taken)


def _enrol(account: NewAccount, password_hash: str, event: AuthEvent, session: Session) -> AuthEvent:
    """Add the account; the database refuses a name or address that is taken."""
    if looks_like_another(session, account.username):
        raise LooksAlike
    user = User(
        username=account.username,
        username_skeleton=skeleton(account.username),
        username_key=username_key(account.username),
        email=account.email,
        email_key=username_key(account.email) if account.email else None,
        password_hash=password_hash,
        gender=account.gender,
        city=account.city,
        hobbies=list(account.hobbies),
        role=account.role,
        once=account.once,
        created_at=event.occurred_at,
    )
    session.add(user)
    session.flush()
    return replace(event, subject=Subject.of(user))
