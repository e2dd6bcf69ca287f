"""What OCSF calls the actions of the book: a class of events and an activity of it."""

from dataclasses import dataclass
from typing import Any

from models import Action


@dataclass(frozen=True, slots=True)
class EventClass:
    """A class of events; the category is the thousands of its uid."""

    uid: int
    name: str
    category: str


_IDENTITY = "Identity & Access Management"
AUTHENTICATION = EventClass(3002, "Authentication", _IDENTITY)
ACCOUNT_CHANGE = EventClass(3001, "Account Change", _IDENTITY)
DATASTORE_ACTIVITY = EventClass(6005, "Datastore Activity", "Application Activity")
#: The activity that the schema does not know; its name is then the book's own word.
OTHER = 99

ACTIVITIES: dict[str, tuple[EventClass, int, str]] = {
    Action.LOGIN: (AUTHENTICATION, 1, "Logon"),
    Action.LOGOUT: (AUTHENTICATION, 2, "Logoff"),
    Action.SESSION_REVOKE: (AUTHENTICATION, 2, "Logoff"),
    Action.NOT_ME: (AUTHENTICATION, OTHER, "not_me"),
    Action.REGISTER: (ACCOUNT_CHANGE, 1, "Create"),
    Action.ACCOUNT_ENABLE: (ACCOUNT_CHANGE, 2, "Enable"),
    Action.PASSWORD_CHANGE: (ACCOUNT_CHANGE, 3, "Password Change"),
    Action.PASSWORD_RESET: (ACCOUNT_CHANGE, 4, "Password Reset"),
    Action.ACCOUNT_DISABLE: (ACCOUNT_CHANGE, 5, "Disable"),
    Action.ACCOUNT_CLOSE: (ACCOUNT_CHANGE, 6, "Delete"),
    Action.ERASE: (ACCOUNT_CHANGE, 6, "Delete"),
    Action.ACCOUNT_LOCK: (ACCOUNT_CHANGE, 9, "Lock"),
    Action.MFA_ENABLE: (ACCOUNT_CHANGE, 10, "MFA Factor Enable"),
    Action.MFA_DISABLE: (ACCOUNT_CHANGE, 11, "MFA Factor Disable"),
    Action.ACCOUNT_UNLOCK: (ACCOUNT_CHANGE, 12, "Unlock"),
    Action.PROFILE_CHANGE: (ACCOUNT_CHANGE, OTHER, "profile_change"),
    Action.SETTINGS_CHANGE: (ACCOUNT_CHANGE, OTHER, "settings_change"),
    Action.EMAIL_CONFIRM: (ACCOUNT_CHANGE, OTHER, "email_confirm"),
    Action.PASSWORD_RESET_REQUEST: (ACCOUNT_CHANGE, OTHER, "password_reset_request"),
    Action.ROLE_CHANGE: (ACCOUNT_CHANGE, OTHER, "role_change"),
    Action.TOKEN_CREATE: (ACCOUNT_CHANGE, OTHER, "token_create"),
    Action.TOKEN_REVOKE: (ACCOUNT_CHANGE, OTHER, "token_revoke"),
    Action.LOG_VIEW: (DATASTORE_ACTIVITY, 1, "Read"),
    Action.LOG_EXPORT: (DATASTORE_ACTIVITY, 1, "Read"),
    Action.LOG_PURGE: (DATASTORE_ACTIVITY, 7, "Delete"),
    Action.ADDRESS_PURGE: (DATASTORE_ACTIVITY, 7, "Delete"),
}


def activity_of(action: object) -> tuple[EventClass, int, str]:
    """Return class, activity and its name of an action; of one that somebody wrote there, what is certain."""
    return ACTIVITIES.get(str(action), (AUTHENTICATION, OTHER, str(action)))


def classification(action: str) -> dict[str, Any]:
    """Return the attributes that say what kind of event an action is."""
    kind, activity, name = activity_of(action)
    return {
        "category_uid": kind.uid // 1000,
        "category_name": kind.category,
        "class_uid": kind.uid,
        "class_name": kind.name,
        "activity_id": activity,
        "activity_name": name,
        "type_uid": kind.uid * 100 + activity,
        "type_name": f"{kind.name}: {'Other' if activity == OTHER else name}",
    }
