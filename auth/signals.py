"""The blinker signals of the auth blueprint: the only bridge to the dashboard.

What follows each of them is told in `dashboard.receivers`. Blinker keeps receivers in no order and
only weakly: connect module-level functions.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from blinker import NamedSignal, Namespace
from flask import current_app
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from auth.events import AuthEvent
from models import NotWritten, write_transaction

_namespace = Namespace()
_CONTRACT = """

Sent by `emit` inside the transaction that makes it true.

* sender: the Flask application;
* ``event``: an `auth.events.AuthEvent`;
* ``session``: the SQLAlchemy session of that transaction.

Exactly one receiver, the *storage* receiver, stores the event with that session and returns
``event.event_id``. A receiver that raises refuses the attempt; other consequences belong on
`dashboard.signals.entry_recorded`, which follows the commit.
"""


def _stored(name: str, fact: str) -> NamedSignal:
    """Return a signal whose event is stored in the transaction that makes it true."""
    return _namespace.signal(name, doc=fact + _CONTRACT)


user_registered = _stored("user-registered", "An account was made: register, success.")
registration_failed = _stored(
    "registration-failed", "A registration was refused: register, failure, with the reason."
)
login_succeeded = _stored("login-succeeded", "A session began: login, success.")
login_failed = _stored("login-failed", "Somebody was turned away: login, failure, with the reason.")
user_logged_out = _stored("user-logged-out", "A session was ended by its owner: logout, success.")
password_changed = _stored(
    "password-changed", "A password was changed or reset: password_change or password_reset."
)
account_changed = _stored(
    "account-changed",
    "A profile or second factor was changed, an address was confirmed or a link for that asked for: "
    "profile_change, mfa_* or email_confirm.",
)
session_revoked = _stored(
    "session-revoked", "A session was ended by somebody else or from another session: session_revoke."
)
not_me_reported = _stored("not-me-reported", "Somebody said that a sign-in was not theirs: not_me.")

AUTH_SIGNALS = (
    user_registered,
    registration_failed,
    login_succeeded,
    login_failed,
    user_logged_out,
    password_changed,
    account_changed,
    session_revoked,
    not_me_reported,
)

recording_unavailable = _namespace.signal(
    "recording-unavailable",
    doc="""An attempt was refused because the database did not take its entry.

Sent by `refused_unrecorded`, outside of any transaction.

* sender: the Flask application;
* ``event``: the `auth.events.AuthEvent` that is not in the log.

No receiver may store it in the database; it may be kept elsewhere. One that raises changes nothing
for the visitor but the page: the attempt is refused either way.
""",
)


class NotRecorded(Exception):
    """No storage receiver, or more than one, answered for an event, or a receiver failed."""


def record_change(signal: NamedSignal, change: Callable[[Session], AuthEvent | None]) -> None:
    """Make a change and its entry in one transaction, or neither.

    ``change`` returns what happened, or None when there was nothing to change: then there is no entry. The
    event is made before: ``change`` may run again. Raises ``NotWritten`` and what ``change`` raises.
    """

    def work(session: Session) -> None:
        if event := change(session):
            emit(signal, event, session)

    write_transaction(work)


def emit(signal: NamedSignal, event: AuthEvent, session: Session) -> None:
    """Send ``event`` and insist that it was stored exactly once.

    Raises ``NotRecorded`` otherwise; the caller's transaction then rolls back. Errors of
    the database pass: they may ask for another try.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        answers = [answer for _, answer in signal.send(app, event=event, session=session)]
    except DBAPIError:
        raise
    except Exception as error:
        raise NotRecorded(f"{signal.name}: a receiver failed: {error!r}") from error
    if answers.count(event.event_id) != 1:
        raise NotRecorded(f"{signal.name}: stored {answers.count(event.event_id)} times")


@contextmanager
def refused_unrecorded(event: AuthEvent) -> Iterator[None]:
    """Tell ``recording_unavailable`` when an attempt cannot be stored; raises ``NotWritten`` then."""
    try:
        yield
    except IntegrityError:
        raise
    except (NotWritten, NotRecorded, DBAPIError, PoolTimeout) as error:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        recording_unavailable.send(app, event=event)
        raise NotWritten(str(error)) from error
