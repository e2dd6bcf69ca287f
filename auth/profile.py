"""What a person may change about themself. No HTTP in here."""

from dataclasses import replace

from sqlalchemy.orm import Session

from auth import signals
from auth.events import AuthEvent, Client
from auth.sessions import CurrentUser
from models import Action, User


def set_timezone(user: CurrentUser, zone: str | None, client: Client) -> None:
    """Let times be shown in ``zone``, an IANA name; None follows the browser. The same again is no entry.

    An account that was closed meanwhile stays as it is. Raises ``NotWritten`` when the change
    cannot be recorded; nothing is changed then.
    """
    event = user.event(Action.PROFILE_CHANGE, client)

    def change(session: Session) -> AuthEvent | None:
        account = session.get_one(User, user.user_id, with_for_update=True)
        if account.disabled or account.timezone == zone:
            return None
        detail: dict[str, object] = {"field": "timezone", "old": account.timezone, "new": zone}
        account.timezone = zone
        return replace(event, detail=detail)

    signals.record_change(signals.account_changed, change)
