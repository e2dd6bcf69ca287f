"""The blinker signals of the auth blueprint: the only bridge to the dashboard.

Each is sent by ``auth.service`` inside the transaction that makes the fact true:

* sender: the Flask application;
* ``event``: an `auth.events.AuthEvent`;
* ``session``: the SQLAlchemy session of that transaction.

Exactly one receiver, the *storage* receiver, stores the event with that session and
returns ``event.event_id``. A receiver that raises refuses the attempt; other
consequences belong on ``dashboard.signals.entry_recorded``, which follows the commit.
Blinker keeps receivers in no order and only weakly: connect module-level functions.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from blinker import Namespace
from flask import current_app
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from auth.events import AuthEvent
from models import NotWritten

_namespace = Namespace()

#: An account was made: register, success.
user_registered = _namespace.signal("user-registered")
#: A registration was refused: register, failure, with the reason.
registration_failed = _namespace.signal("registration-failed")
#: A session began: login, success.
login_succeeded = _namespace.signal("login-succeeded")
#: Somebody was turned away: login, failure, with the reason.
login_failed = _namespace.signal("login-failed")
#: A session was ended by its owner: logout, success.
user_logged_out = _namespace.signal("user-logged-out")
#: A password was changed or reset: password_change or password_reset.
password_changed = _namespace.signal("password-changed")
#: A profile or second factor was changed: profile_change or mfa_*.
account_changed = _namespace.signal("account-changed")
#: A session was ended by somebody else or from another session: session_revoke.
session_revoked = _namespace.signal("session-revoked")
#: Somebody said that a sign-in was not theirs: not_me.
not_me_reported = _namespace.signal("not-me-reported")

#: An attempt was refused because the database did not take its entry. No transaction is
#: open (``session`` is not sent) and no receiver must store it there; it may be kept elsewhere.
recording_unavailable = _namespace.signal("recording-unavailable")

#: The signals whose event is stored in the transaction that makes it true.
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


class NotRecorded(Exception):
    """No storage receiver, or more than one, answered for an event, or a receiver failed."""


@contextmanager
def refused_unrecorded(event: AuthEvent) -> Iterator[None]:
    """Tell ``recording_unavailable`` when an attempt cannot be stored; raises ``NotWritten`` then."""
    try:
        yield
    except (NotWritten, NotRecorded, OperationalError, InterfaceError, InternalError, PoolTimeout) as error:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        recording_unavailable.send(app, event=event)
        raise NotWritten(str(error)) from error


def emit(signal_, event: AuthEvent, session: Session) -> None:  # type: ignore[no-untyped-def]
    """Send ``event`` and insist that it was stored exactly once.

    Raises ``NotRecorded`` otherwise; the caller's transaction then rolls back. Errors of
    the database pass: they may ask for another try.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        answers = [answer for _, answer in signal_.send(app, event=event, session=session)]
    except DBAPIError:
        raise
    except Exception as error:
        raise NotRecorded(f"{signal_.name}: a receiver failed: {error!r}") from error
    if answers.count(event.event_id) != 1:
        raise NotRecorded(f"{signal_.name}: stored {answers.count(event.event_id)} times")
