"""Entries as events of the Open Cybersecurity Schema Framework 1.8 (schema.ocsf.io)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dashboard.export import jsonl
from dashboard.export.ocsf_activities import AUTHENTICATION, DATASTORE_ACTIVITY, activity_of, classification
from models import Outcome

OCSF_VERSION = "1.8.0"
NAME = "Gatehouse"
PRODUCT = {"name": NAME, "vendor_name": NAME}
#: What no class has a place for.
_UNMAPPED = ("action", "browser", "os", "device", "auth_method", "detail")


def ocsf_line(fields: Mapping[str, object]) -> str:
    """Return the event of an entry as one line of JSON."""
    return jsonl.json_line(event(fields))


def event(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event of an entry; what the schema has no place for stands in ``unmapped``.

    Each field that has a value can be told from its event again.
    """
    kind, *_ = activity_of(fields["action"])
    if kind is DATASTORE_ACTIVITY:
        parts, unmapped = _datastore(fields), ["actor_name", "new_device"]
    elif kind is AUTHENTICATION:
        parts, unmapped = _authentication(fields), []
    else:
        parts, unmapped = _account_change(fields), ["new_device"]
    if kind is DATASTORE_ACTIVITY and fields["actor_name"]:
        unmapped += ["username", "user_id"]
    if not fields["ip"]:
        unmapped += ["country", "asn"]
    rest = {name: fields[name] for name in (*_UNMAPPED, *unmapped)}
    return _filled(classification(fields["action"]) | _common(fields) | parts) | {"unmapped": _given(rest)}


def _common(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what every event has; a failure is of low severity, a success informational."""
    failed = fields["outcome"] == Outcome.FAILURE
    return {
        "status_id": 2 if failed else 1,
        "status": "Failure" if failed else "Success",
        "status_detail": fields["reason"],
        "severity_id": 2 if failed else 1,
        "severity": "Low" if failed else "Informational",
        "time": round(datetime.fromisoformat(fields["occurred_at"]).timestamp() * 1000),
        "time_dt": fields["occurred_at"],
        "metadata": {
            "version": OCSF_VERSION,
            "product": PRODUCT,
            "profiles": ["datetime"],
            "uid": fields["event_id"],
            "sequence": fields["seq"],
            "source": fields["source"],
        },
        "src_endpoint": _endpoint(fields),
        "http_request": {"user_agent": fields["user_agent"], "uid": fields["request_id"]},
    }


def _authentication(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a sign-in or its end has besides."""
    return {
        "service": {"name": NAME},
        "user": _user(fields),
        "session": _session(fields),
        "is_new_logon": fields["new_device"],
        "actor": {"user": {"name": fields["actor_name"]}},
    }


def _account_change(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a change of an account has besides."""
    return {
        "user": _user(fields),
        "actor": {"user": {"name": fields["actor_name"]}, "session": _session(fields)},
    }


def _datastore(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an event about the book itself has: somebody read or deleted, else the program did."""
    who = {"name": fields["actor_name"]} if fields["actor_name"] else _person(fields)
    return {
        "actor": {"user": who, "session": _session(fields), "app_name": NAME},
        "table": {"name": "login_log"},
        "type_id": 3,
        "type": "Table",
        "src_endpoint": _endpoint(fields) or {"svc_name": NAME},
    }


def _user(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return whom an event is about; the schema demands a name, empty where none is known or left."""
    return _filled(_person(fields)) or {"name": ""}


def _person(fields: Mapping[str, Any]) -> dict[str, Any]:
    uid = fields["user_id"]
    return {"uid": None if uid is None else str(uid), "name": fields["username"]}


def _session(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"uid": fields["session_ref"]}


def _endpoint(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return where an event came from; the schema has no endpoint without an address."""
    if not fields["ip"]:
        return None
    place = {"country": fields["country"]}
    return {"ip": fields["ip"], "location": place, "autonomous_system": {"number": fields["asn"]}}


def _filled(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object without its empty attributes."""
    inner = {name: _filled(part) if isinstance(part, dict) else part for name, part in value.items()}
    return _given({name: part for name, part in inner.items() if part != {}})


def _given(value: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in value.items() if part is not None}
