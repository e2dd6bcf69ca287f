"""Somebody who writes into the book while a server shows it, as another worker would."""

from datetime import datetime

from flask import Flask
from sqlalchemy import func, select, update

from auth.events import AuthEvent, Client, Subject
from dashboard.log.head import read_head
from dashboard.log.recorder import record
from models import Action, LoginLog, Outcome, Role, User, UserSession, db, write_transaction
from models.clock import now


class Scribe:
    """Reads and writes the database of a running site; the site seals what is written."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def write(
        self,
        *names: str,
        outcome: Outcome = Outcome.SUCCESS,
        action: Action = Action.LOGIN,
        known: bool = True,
        at: datetime | None = None,
    ) -> str:
        """Add an entry for each name, in one transaction; return the last one's event id."""
        moment = at or now()
        people = [Subject(name, 1 if known else None) for name in names]
        events = [
            AuthEvent(action=action, outcome=outcome, subject=person, client=Client(), occurred_at=moment)
            for person in people
        ]
        return self.record(*events)

    def record(self, *events: AuthEvent) -> str:
        """Add the entries of events, in one transaction; return the last one's event id."""
        with self._app.app_context():
            return str(write_transaction(lambda session: [record(session, event) for event in events])[-1])

    def head(self) -> int:
        """Return the number of the newest sealed entry."""
        with self._app.app_context():
            return read_head(db.session()).seq

    def unsealed(self) -> int:
        """Return how many entries wait for their seal."""
        with self._app.app_context():
            return db.session.scalar(select(func.count(LoginLog.id)).where(LoginLog.seq.is_(None))) or 0

    def sealed(self, after: int = 0) -> list[str]:
        """Return the event ids of the entries after a number, newest first."""
        chosen = select(LoginLog.event_id).where(LoginLog.seq > after).order_by(LoginLog.seq.desc())
        with self._app.app_context():
            return [str(event_id) for event_id in db.session.scalars(chosen)]

    def revoke_sessions(self) -> None:
        """End everybody's session."""
        self._change(update(UserSession).values(revoked_at=now()))

    def set_role(self, name: str, role: Role) -> None:
        """Give somebody another role."""
        self._change(update(User).where(User.username == name).values(role=role))

    def _change(self, statement: object) -> None:
        with self._app.app_context():
            write_transaction(lambda session: session.execute(statement))  # type: ignore[call-overload]
