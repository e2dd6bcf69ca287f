"""Whether a sign-in comes from a device or network that its account never signed in from before.

A browser that shows the cookie of a device that signed in before is known. Without it, the account must have
signed in before with the same browser, system and device, and from the same network (/24, /48 of IPv6). What
is blank by now, or was never there, tells nothing. The first sign-in of an account is not new: there is
nothing to compare.
"""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from auth.events import AuthEvent, Client
from auth.throttle.networks import network_of
from models import Action, LoginLog, Outcome

#: Entries of the account that are looked back through: few, which usually tell, and then more.
LOOKS = (20, 1000)
_SIGN_IN = (Action.LOGIN, Outcome.SUCCESS)
_VERSION = re.compile(r" \d+$", re.ASCII)
_FACTS = (LoginLog.action, LoginLog.outcome, LoginLog.browser, LoginLog.os, LoginLog.device, LoginLog.ip)
_Entries = Sequence[Any]


def is_new_device(session: Session, event: AuthEvent) -> bool | None:
    """Return it, read in the transaction of the sign-in; None for what is no successful sign-in.

    An account with more entries than are looked through, none of which is like this one, is at a new device.
    """
    if (event.action, event.outcome) != _SIGN_IN or event.subject is None or event.subject.id is None:
        return None
    if event.is_known_device:
        return False
    for look in LOOKS:
        newest = _newest(session, event.subject.id, look)
        earlier = [entry for entry in newest if (entry.action, entry.outcome) == _SIGN_IN]
        if _is_like(event.client, earlier):
            return False
        if len(newest) < look:
            return bool(earlier) and not _is_like(event.client, earlier, is_all=True)
    return True


def _newest(session: Session, user_id: int, count: int) -> _Entries:
    theirs = select(*_FACTS).where(LoginLog.user_id == user_id)
    return session.execute(
        theirs.order_by(LoginLog.occurred_at.desc(), LoginLog.id.desc()).limit(count)
    ).all()


def _is_like(client: Client, earlier: _Entries, *, is_all: bool = False) -> bool:
    """Whether its family and its network were there; ``is_all`` says that no other networks are known."""
    here, networks = network_of(client.ip), {network_of(ip) for ip in {entry.ip for entry in earlier} if ip}
    is_unknown = not here or (is_all and not networks)
    return (is_unknown or here in networks) and _family(client) in {_family(entry) for entry in earlier}


def _family(facts: Any) -> tuple[str | None, str | None, str | None]:
    """Return browser without its version, system and device."""
    return facts.browser and _VERSION.sub("", facts.browser), facts.os, facts.device
