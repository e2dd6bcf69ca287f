"""An entry as a message of RFC 5424."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.followers.syslog.cef import cef_event
from dashboard.followers.syslog.values import clipped, fitting_pairs, header_word
from models import LoginLog, Outcome

#: Facility authpriv; severities warning and informational (RFC 5424 6.2.1).
AUTHPRIV, WARNING, INFORMATIONAL = 10, 4, 6
#: 32473 is the number for examples (RFC 5612): none is registered for Gatehouse.
SD_ID = "gatehouse@32473"
_BOM = "\ufeff"
_ESCAPED = re.compile(r'(["\\\]])')


@dataclass(frozen=True, slots=True)
class Form:
    """How messages look: the name of this ``host``, at most ``limit`` bytes, structured data or CEF."""

    host: str
    limit: int
    is_cef: bool = False


def message(entry: LoginLog, form: Form) -> bytes:
    """Return the message of an entry in whole characters; what tells least is left out of a long one."""
    severity = WARNING if entry.outcome == Outcome.FAILURE else INFORMATIONAL
    moment, host = entry.occurred_at.isoformat(timespec="microseconds"), header_word(form.host, 255)
    head = f"<{AUTHPRIV * 8 + severity}>1 {moment} {host} gatehouse - {header_word(entry.action, 32)}"
    room = form.limit - len(head) - len(f" [{SD_ID}] ")
    if form.is_cef:
        return f"{head} - {cef_event(entry, room)}".encode()
    data = f"[{SD_ID}{fitting_pairs(_parameters(entry), _parameter, room)}]"
    whole = f"{head} {data} {_BOM}{_words(entry)}".encode()
    return whole[: form.limit].decode(errors="ignore").encode()


def _parameter(name: str, value: str) -> str:
    escaped = _ESCAPED.sub(r"\\\1", value)
    return f' {name}="{escaped}"'


def _parameters(entry: LoginLog) -> Iterable[tuple[str, object]]:
    """Return what a receiver finds by its name; ``event_id`` first, by which it tells a repeat."""
    return (
        ("event_id", entry.event_id),
        ("seq", entry.seq),
        ("action", entry.action),
        ("outcome", entry.outcome),
        ("reason", entry.reason),
        ("user", entry.username),
        ("user_id", entry.user_id),
        ("ip", entry.ip),
        ("actor", entry.actor_name),
        ("method", entry.auth_method),
        ("session", entry.session_ref),
        ("source", entry.source),
        ("request_id", entry.request_id),
        ("country", entry.country),
        ("new_device", None if entry.new_device is None else str(entry.new_device).lower()),
        ("agent", entry.user_agent),
    )


def _words(entry: LoginLog) -> str:
    """Return the message for people: ``login failure (invalid_password): alice from 203.0.113.9``."""
    why = f" ({clipped(entry.reason)})" if entry.reason else ""
    who = f": {clipped(entry.username)}" if entry.username else ""
    where = f" from {entry.ip}" if entry.ip else ""
    return f"{clipped(entry.action)} {clipped(entry.outcome)}{why}{who}{where}"
