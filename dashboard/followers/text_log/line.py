"""The line of an entry; whatever somebody is called, it is one line and says what it says."""

from collections.abc import Callable
from datetime import tzinfo

from dashboard.config.line_format import FAIL2BAN, Piece, pieces
from dashboard.web.server_log import visible
from models import Action, LoginLog, Outcome

#: Returns the line of an entry, with its end; None for an entry that gets none.
Line = Callable[[LoginLog], str | None]


def lines_of(text: str, zone: tzinfo) -> Line:
    """Return what writes lines in a format, with times of ``zone``."""
    if text == FAIL2BAN:
        return lambda entry: _fail2ban(entry, zone)
    parts = pieces(text)
    return lambda entry: _classic(entry, parts, zone)


def _classic(entry: LoginLog, parts: list[Piece], zone: tzinfo) -> str | None:
    """Return the line of a successful sign-in."""
    if (entry.action, entry.outcome) != (Action.LOGIN, Outcome.SUCCESS):
        return None
    moment, values = entry.occurred_at.astimezone(zone), _values(entry)
    # strftime is asked for ASCII alone: what it makes of other characters depends on the locale.
    told = [
        moment.strftime(part.directive) if part.directive else values.get(part.place, part.text)
        for part in parts
    ]
    return "".join(told) + "\n"


def _fail2ban(entry: LoginLog, zone: tzinfo) -> str | None:
    """Return the line of an attempt: the name stands last, so that none can pose as an address."""
    if entry.action != Action.LOGIN:
        return None
    moment, values = entry.occurred_at.astimezone(zone), _values(entry)
    told = "gatehouse {action} {outcome} reason={reason} ip={ip} name={name}".format(**values)
    return f"{moment.isoformat(timespec='microseconds')} {told}\n"


def _values(entry: LoginLog) -> dict[str, str]:
    values = {
        "name": entry.username,
        "ip": entry.ip,
        "outcome": entry.outcome,
        "action": entry.action,
        "reason": entry.reason,
        "method": entry.auth_method,
    }
    return {place: visible(value) if value else "-" for place, value in values.items()}
