"""Server-side sessions: begin, find, end. The cookie's token is never stored, only its hash."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from flask import current_app, request
from flask_login import UserMixin, current_user
from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from auth.events import AuthEvent, Client, Subject
from auth.last_seen import seen
from models import Action, Outcome, Reason, Role, User, UserSession, db, write_transaction
from models.clock import now

View = TypeVar("View", bound=Callable[..., Any])
#: How long a session lasts whose owner asked to be remembered.
REMEMBER_FOR = timedelta(days=30)
#: ``last_seen_at`` moves at most this often.
SEEN_EVERY = timedelta(minutes=1)
#: A session that begins so much later than now began under a wrong clock, and would outlive everybody.
MAX_AHEAD = timedelta(days=1)
#: Sessions deleted in one transaction.
SESSION_BATCH = 1000


@dataclass(frozen=True, slots=True)
class CurrentUser(UserMixin):
    """The signed-in person of a request, read from the database with it.

    ``token`` opens the session; it belongs in the cookie and nowhere else. ``device_generation`` is that of
    the account, see `auth.factors.devices`.
    """

    token: str
    session_id: int
    session_ref: UUID
    last_seen_at: datetime
    user_id: int
    username: str
    role: Role
    locale: str | None
    timezone: str | None
    device_generation: int

    @classmethod
    def of(cls, account: User, session: UserSession, token: str) -> "CurrentUser":
        """Return the person whose session ``token`` opens."""
        return cls(
            token=token,
            session_id=session.id,
            session_ref=session.public_id,
            last_seen_at=session.last_seen_at,
            user_id=account.id,
            username=account.username,
            role=Role.of(account.role),
            locale=account.locale,
            timezone=account.timezone,
            device_generation=account.device_generation,
        )

    @property
    def subject(self) -> Subject:
        """Whom entries about this person name."""
        return Subject(self.username, self.user_id)

    def event(self, action: Action, client: Client, reason: Reason | None = None) -> AuthEvent:
        """Return the event of something that this person did in this session."""
        session_ref = self.session_ref
        return AuthEvent(
            action, Outcome.SUCCESS, self.subject, client, reason=reason, session_ref=session_ref
        )

    def get_id(self) -> str:
        """Return what the signed cookie holds: the token of the server-side session."""
        return self.token


def begin_session(
    session: Session, user: User, client: Client, *, remember: bool, once: UUID | None = None
) -> tuple[str, UserSession]:
    """Add a new session of ``user`` and return its token and row; ``once`` is the key of the form."""
    token, moment = secrets.token_urlsafe(32), now()
    used = once and session.scalar(select(UserSession.id).where(UserSession.once == once))
    row = UserSession(
        public_id=uuid4(),
        token_hash=_hash(token),
        user_id=user.id,
        created_at=moment,
        last_seen_at=moment,
        remember=remember,
        ip=client.ip,
        user_agent=client.user_agent,
        once=None if used else once,
    )
    session.add(row)
    return token, row


def again(session: Session, user: User, once: UUID | None) -> tuple[str, UserSession] | None:
    """Return a new token of the session that this form began, the only one from now on; None before."""
    if once is None:
        return None
    same = (UserSession.once == once) & (UserSession.user_id == user.id) & is_live(now())
    row = session.scalars(select(UserSession).where(same)).one_or_none()
    if row is None:
        return None
    token = secrets.token_urlsafe(32)
    row.token_hash, row.last_seen_at = _hash(token), now()  # it is in use: see `dashboard.log.spool.replay`
    return token, row


def find_session(session: Session, token: str | None) -> CurrentUser | None:
    """Return whose live session ``token`` opens, read with ``session``."""
    row = session.execute(_live().where(UserSession.token_hash == _hash(token or ""))).one_or_none()
    return CurrentUser.of(*row, token or "") if row else None


def load_user(token: str) -> CurrentUser | None:
    """Return whose live session ``token`` opens, or None."""
    return find_session(db.session(), token)


def is_live(at: datetime) -> ColumnElement[bool]:
    """Return the condition of a session that is neither revoked nor too old nor of the future, at ``at``."""
    has_begun = UserSession.created_at <= at + MAX_AHEAD
    return UserSession.revoked_at.is_(None) & has_begun & ~_is_old(at)


def uses_none(view: View) -> View:
    """Mark a view that uses no session: it must answer though none can be read."""
    view.uses_no_session = True  # type: ignore[attr-defined]
    return view


def keep_alive() -> None:
    """Note that the session of a request is in use; not for files, nor what a page fetches by itself."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_idle = request.endpoint == "static" or getattr(view, "uses_no_session", False)
    if not is_idle and "X-Background" not in request.headers and current_user.is_authenticated:
        touch(current_user)


def touch(user: CurrentUser) -> None:
    """Note that the session is in use, once a minute; it is written later, see `auth.last_seen`."""
    moment = now()
    if moment - user.last_seen_at >= min(SEEN_EVERY, current_app.config["SESSION_IDLE"] / 10):
        seen().note(user.session_id, moment)


def end(session: Session, session_id: int) -> bool:
    """Revoke a session; return False when it had ended before."""
    row = session.get(UserSession, session_id, with_for_update=True)
    if row is None or row.revoked_at is not None:
        return False
    row.revoked_at = now()
    return True


def end_all(session: Session, user_id: int) -> None:
    """Revoke every session of a person."""
    live = (UserSession.user_id == user_id) & UserSession.revoked_at.is_(None)
    session.execute(update(UserSession).where(live).values(revoked_at=now()))


def forget_ended(before: datetime) -> int:
    """Delete the sessions that had ended by then, a batch at a time; return how many."""
    ended = or_(UserSession.revoked_at < before, UserSession.revoked_at.is_(None) & _is_old(before))
    total = 0
    while gone := write_transaction(lambda session: _delete_some(session, ended)):
        total += gone
    return total


def forget_clients(before: datetime) -> int:
    """Blank address and agent of the sessions that began before then; return how many."""
    is_known = or_(UserSession.ip.is_not(None), UserSession.user_agent.is_not(None))
    old = update(UserSession).where(UserSession.created_at < before, is_known)
    blank = old.values(ip=None, user_agent=None)
    return write_transaction(lambda session: session.connection().execute(blank).rowcount)


def _is_old(at: datetime) -> ColumnElement[bool]:
    idle, longest = current_app.config["SESSION_IDLE"], current_app.config["SESSION_MAX"]
    short = (UserSession.last_seen_at > at - idle) & (UserSession.created_at > at - longest)
    long = UserSession.remember.is_(True) & (UserSession.created_at > at - REMEMBER_FOR)
    return ~or_(short, long)


def _delete_some(session: Session, which: ColumnElement[bool]) -> int:
    ids = session.scalars(select(UserSession.id).where(which).limit(SESSION_BATCH)).all()
    session.execute(delete(UserSession).where(UserSession.id.in_(ids)))
    return len(ids)


def _live() -> Select[User, UserSession]:
    joined = select(User, UserSession).join(UserSession, User.id == UserSession.user_id)
    return joined.where(is_live(now()), User.disabled.is_(False))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
