"""Entries as events of the Open Cybersecurity Schema Framework (schema.ocsf.io)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dashboard.export import jsonl
from models import Action, Outcome

VERSION = "1.4.0"
PRODUCT = {"name": "Gatehouse", "vendor_name": "Gatehouse"}

_AUTHENTICATION = (3002, "Authentication")
_ACCOUNT_CHANGE = (3001, "Account Change")
_OTHER = 99
_UNMAPPED = ("action", "browser", "os", "device", "auth_method", "detail")

#: What OCSF calls an action: class, activity and its name.
_ACTIVITIES = {
    Action.LOGIN: (_AUTHENTICATION, 1, "Logon"),
    Action.LOGOUT: (_AUTHENTICATION, 2, "Logoff"),
    Action.SESSION_REVOKE: (_AUTHENTICATION, 2, "Logoff"),
    Action.REGISTER: (_ACCOUNT_CHANGE, 1, "Create"),
    Action.ACCOUNT_ENABLE: (_ACCOUNT_CHANGE, 2, "Enable"),
    Action.PASSWORD_CHANGE: (_ACCOUNT_CHANGE, 3, "Password Change"),
    Action.PASSWORD_RESET: (_ACCOUNT_CHANGE, 4, "Password Reset"),
    Action.ACCOUNT_DISABLE: (_ACCOUNT_CHANGE, 5, "Disable"),
    Action.ACCOUNT_LOCK: (_ACCOUNT_CHANGE, 9, "Lock"),
    Action.MFA_ENABLE: (_ACCOUNT_CHANGE, 10, "MFA Factor Enable"),
    Action.MFA_DISABLE: (_ACCOUNT_CHANGE, 11, "MFA Factor Disable"),
    Action.ACCOUNT_UNLOCK: (_ACCOUNT_CHANGE, 12, "Unlock"),
    Action.PROFILE_CHANGE: (_ACCOUNT_CHANGE, _OTHER, "profile_change"),
    Action.ROLE_CHANGE: (_ACCOUNT_CHANGE, _OTHER, "role_change"),
    Action.TOKEN_CREATE: (_ACCOUNT_CHANGE, _OTHER, "token_create"),
    Action.TOKEN_REVOKE: (_ACCOUNT_CHANGE, _OTHER, "token_revoke"),
    Action.ERASE: (_ACCOUNT_CHANGE, _OTHER, "erase"),
}


def line(fields: Mapping[str, object]) -> str:
    """Return the event of an entry as one line of JSON."""
    return jsonl.line(event(fields))


def event(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event of an entry; what the schema has no place for stands in ``unmapped``."""
    return _filled(
        _class(Action(fields["action"]))
        | _status(fields)
        | {
            "time": _milliseconds(fields["occurred_at"]),
            "time_dt": fields["occurred_at"],
            "metadata": {
                "version": VERSION,
                "product": PRODUCT,
                "profiles": ["datetime"],
                "uid": fields["event_id"],
                "sequence": fields["seq"],
            },
            "user": _user(fields),
            "actor": {"user": {"name": fields["actor_name"]}, "session": {"uid": fields["session_ref"]}},
            "src_endpoint": {"ip": fields["ip"], "location": {"country": fields["country"]}},
            "http_request": {"user_agent": fields["user_agent"], "uid": fields["request_id"]},
            "unmapped": {name: fields[name] for name in _UNMAPPED},
        }
    )


def _class(action: Action) -> dict[str, Any]:
    """Name the class and activity; the book's own actions are other events of authentication."""
    (uid, name), activity, activity_name = _ACTIVITIES.get(action, (_AUTHENTICATION, _OTHER, str(action)))
    service = {"service": {"name": PRODUCT["name"]}} if uid == _AUTHENTICATION[0] else {}
    return service | {
        "category_uid": 3,
        "category_name": "Identity & Access Management",
        "class_uid": uid,
        "class_name": name,
        "activity_id": activity,
        "activity_name": activity_name,
        "type_uid": uid * 100 + activity,
        "type_name": f"{name}: {activity_name}",
    }


def _status(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Name the outcome; a failure is of low severity, a success informational."""
    failed = fields["outcome"] == Outcome.FAILURE
    return {
        "status_id": 2 if failed else 1,
        "status": "Failure" if failed else "Success",
        "status_detail": fields["reason"],
        "severity_id": 2 if failed else 1,
        "severity": "Low" if failed else "Informational",
    }


def _user(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Name the user, whom the schema requires even when nothing is known or left of them."""
    uid = None if fields["user_id"] is None else str(fields["user_id"])
    return {"uid": uid, "name": fields["username"] or (None if uid else "unknown")}


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _filled(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object without its empty attributes."""
    inner = {name: _filled(part) if isinstance(part, dict) else part for name, part in value.items()}
    return {name: part for name, part in inner.items() if part not in (None, {})}
