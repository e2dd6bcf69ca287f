"""An entry as an event of ArcSight's Common Event Format, version 0."""

import re
from collections.abc import Iterable
from ipaddress import ip_address

from dashboard.followers.syslog.values import clipped, fitting_pairs
from models import LoginLog, Outcome

#: Of 0 to 10.
LOW, MEDIUM = 3, 6
#: What the events are called: the version of these fields, not of the program.
VENDOR, PRODUCT_NAME, FIELDS_VERSION = "Gatehouse", "Gatehouse", "1"
_HEADER, _EXTENSION = re.compile(r"([\\|])"), re.compile(r"([\\=])")


def cef_event(entry: LoginLog, room: int) -> str:
    """Return the event of an entry, at most ``room`` bytes."""
    severity = MEDIUM if entry.outcome == Outcome.FAILURE else LOW
    kind, name = f"{entry.action}.{entry.outcome}", f"{entry.action} {entry.outcome}".replace("_", " ")
    named = (VENDOR, PRODUCT_NAME, FIELDS_VERSION, kind, name, str(severity))
    head = "|".join(["CEF:0", *(_HEADER.sub(r"\\\1", clipped(part)) for part in named), ""])
    return head + fitting_pairs(_extension(entry), _pair, room - len(head.encode())).lstrip(" ")


def _pair(name: str, value: str) -> str:
    escaped = _EXTENSION.sub(r"\\\1", value)
    return f" {name}={escaped}"


def _extension(entry: LoginLog) -> Iterable[tuple[str, object]]:
    """Return the fields by CEF's names; ``externalId`` first, by which a receiver tells a repeat."""
    is_six = entry.ip is not None and ip_address(entry.ip).version == 6
    return (
        ("externalId", entry.event_id),
        ("rt", round(entry.occurred_at.timestamp() * 1000)),
        ("act", entry.action),
        ("outcome", entry.outcome),
        ("reason", entry.reason),
        ("suser", entry.username),
        ("suid", entry.user_id),
        ("src", None if is_six else entry.ip),
        ("c6a2", entry.ip if is_six else None),
        ("c6a2Label", "Source IPv6 Address" if is_six else None),
        ("cn1", entry.seq),
        ("cn1Label", "seq"),
        ("cs1", entry.actor_name),
        ("cs1Label", "actor" if entry.actor_name else None),
        ("cs2", entry.auth_method),
        ("cs2Label", "method" if entry.auth_method else None),
        ("requestClientApplication", entry.user_agent),
    )
