"""The decisions: who gets in, who is turned away. No HTTP in here.

Each attempt is one write transaction, in which its signal is sent and its entry stored;
if that fails nothing has happened (``models.NotWritten``).
"""

from dataclasses import replace
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from auth import sessions, signals, throttle
from auth.attempts import BUSY, Credentials, NewAccount, Refused
from auth.events import AuthEvent, Client, Subject
from auth.factors import hashing
from auth.factors.passwords import hash_password, verify_password
from auth.sessions import CurrentUser
from models import Action, Outcome, Reason, User, db, write_transaction
from models.clock import now
from models.names import username_key


def authenticate(credentials: Credentials, client: Client) -> CurrentUser | Refused:
    """Check the credentials and begin a session, or turn the attempt away.

    The password is hashed for unknown names too, so that the answer takes as long.
    Raises ``NotWritten`` when the attempt cannot be recorded.
    """
    key = username_key(credentials.name)
    event = AuthEvent(
        Action.LOGIN, Outcome.FAILURE, Subject(credentials.name), client, auth_method="password"
    )
    with signals.refused_unrecorded(event):
        user = _find(key)
        db.session.close()  # others may have the connection while the password is hashed
    if user:
        event = replace(event, subject=Subject.of(user))
    reason, limited = _judge(user, credentials, client, throttle.retry_after(key, client.ip))
    conclude = partial(_conclude, user=user, credentials=credentials, event=event, reason=reason)
    with signals.refused_unrecorded(event):
        result = write_transaction(conclude)
    if limited:
        return limited
    if isinstance(result, Refused):
        throttle.count_failure(key, client.ip)
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
    """Make an account; return the refusal when its name or address is taken or there is too much to do.

    Raises ``NotWritten`` when it cannot be recorded.
    """
    event = AuthEvent(Action.REGISTER, Outcome.SUCCESS, Subject(account.username), client)
    try:
        password_hash = hashing.hashed(partial(hash_password, account.password), client.ip)
    except hashing.NoHashSlot:
        refuse_registration(account.username, Reason.RATE_LIMITED, client)
        return BUSY
    try:
        with signals.refused_unrecorded(event):
            signals.record_change(signals.user_registered, partial(_enrol, account, password_hash, event))
    except IntegrityError:
        return refuse_registration(account.username, _taken(account), client)
    return None


def refuse_registration(name: str, reason: Reason, client: Client) -> Refused:
    """Record a registration that was turned away, in a transaction of its own."""
    known = _find(username_key(name)) if reason is Reason.USERNAME_IN_USE else None
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
        sessions.end_all(session, user.id)
        return event

    signals.record_change(signals.password_changed, reset)


def _find(key: str) -> User | None:
    """Return the account with this name or e-mail address; names never contain an @."""
    by = or_(User.username_key == key, User.email_key == key)
    return db.session.scalars(select(User).where(by)).one_or_none()


def _judge(
    user: User | None, credentials: Credentials, client: Client, wait: int | None
) -> tuple[Reason | None, Refused | None]:
    """Return why the attempt is turned away, if it is, and the answer when its password was not looked at."""
    if wait is not None:
        return Reason.RATE_LIMITED, Refused(Reason.RATE_LIMITED, wait)
    try:
        stored = user.password_hash if user else None
        matches = hashing.hashed(partial(verify_password, stored, credentials.password), client.ip)
    except hashing.NoHashSlot:
        return BUSY.reason, BUSY
    return _objection(user, matches), None


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
    reason: Reason | None,
) -> CurrentUser | Refused:
    """Admit or refuse, on the account as it is now: it may have changed since the hash was read."""
    if reason is None and user:
        locked = session.get(User, user.id, with_for_update=True)
        unchanged = locked is not None and locked.password_hash == user.password_hash
        reason = _objection(locked, unchanged)
        if reason is None and locked:
            return _admit(session, locked, credentials, event)
    signals.emit(signals.login_failed, replace(event, reason=reason), session)
    return Refused(reason or Reason.UNKNOWN_USER)


def _admit(session: Session, user: User, credentials: Credentials, event: AuthEvent) -> CurrentUser:
    token, row = sessions.begin_session(session, user, event.client, remember=credentials.remember)
    signals.emit(
        signals.login_succeeded, replace(event, outcome=Outcome.SUCCESS, session_ref=row.public_id), session
    )
    session.flush()
    return CurrentUser.of(user, row, token)


def _enrol(account: NewAccount, password_hash: str, event: AuthEvent, session: Session) -> AuthEvent:
    """Add the account; the database refuses a name or address that is taken."""
    user = User(
        username=account.username,
        username_key=username_key(account.username),
        email=account.email,
        email_key=username_key(account.email) if account.email else None,
        password_hash=password_hash,
        gender=account.gender,
        city=account.city,
        hobbies=list(account.hobbies),
        role=account.role,
        created_at=event.occurred_at,
    )
    session.add(user)
    session.flush()
    return replace(event, subject=Subject.of(user))


def _taken(account: NewAccount) -> Reason:
    """Return which of the two unique values somebody else has."""
    by_name = _find(username_key(account.username))
    return Reason.USERNAME_IN_USE if by_name else Reason.EMAIL_IN_USE
