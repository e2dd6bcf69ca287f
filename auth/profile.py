"""What a person may change about themself. No HTTP in here."""

from dataclasses import replace

from sqlalchemy.orm import Session

from auth import signals
from auth.events import AuthEvent, Client, Subject
from auth.sessions import CurrentUser
from models import Action, Outcome, User, write_transaction


def set_timezone(visitor: CurrentUser, zone: str | None, client: Client) -> None:
    """Let times be shown in ``zone``, an IANA name; None follows the browser. The same again is no entry.

    An account that was closed meanwhile stays as it is. Raises ``NotWritten`` when the change
    cannot be recorded; nothing is changed then.
    """
    event = AuthEvent(
        action=Action.PROFILE_CHANGE,
        outcome=Outcome.SUCCESS,
        subject=Subject(visitor.username, visitor.user_id),
        client=client,
        session_ref=visitor.session_ref,
    )

    def work(session: Session) -> None:
        user = session.get_one(User, visitor.user_id, with_for_update=True)
        if user.disabled or user.timezone == zone:
            return
        change: dict[str, object] = {"field": "timezone", "old": user.timezone, "new": zone}
        user.timezone = zone
        signals.emit(signals.account_changed, replace(event, detail=change), session)

    write_transaction(work)
