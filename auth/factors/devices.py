"""Devices that signed in before: strangers' guesses never shut their owners out (OWASP device cookies).

The cookie holds, for each account that signed in here, ``<account>.<random id>.<generation>.<HMAC>``. It
survives signing out, and dies when the account's generation moves: by a reset password or a "not me".
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from typing import NamedTuple

from auth.subkeys import subkeys

#: How long a device is known, in seconds, and how many accounts it may be known to.
DEVICE_AGE, MAX_KNOWN = 365 * 24 * 3600, 5
_MARK = re.compile(r"(\d{1,19})\.([A-Za-z0-9_-]{22})\.(\d{1,9})\.([0-9a-f]{32})", re.ASCII)


class _Mark(NamedTuple):
    account: int
    device: str
    generation: int
    mac: str

    def __str__(self) -> str:
        return ".".join(map(str, self))


def device_of(cookie: str, account: int, generation: int) -> str | None:
    """Return the random id of a device that this account signed in from, None when it did not."""
    for mark in _marks(cookie):
        if (mark.account, mark.generation) == (account, generation) and _is_ours(mark):
            return mark.device
    return None


def with_account(cookie: str, account: int, generation: int) -> str:
    """Return the cookie of a device that an account just signed in from; others stay known to it."""
    device = device_of(cookie, account, generation) or secrets.token_urlsafe(16)
    own = _Mark(account, device, generation, _macs(account, device, generation)[0])
    others = [mark for mark in _marks(cookie) if mark.account != account and _is_ours(mark)]
    return "~".join(map(str, [own, *others][:MAX_KNOWN]))


def _marks(cookie: str) -> Iterator[_Mark]:
    for text in cookie.split("~")[:MAX_KNOWN]:
        if found := _MARK.fullmatch(text):
            yield _Mark(int(found[1]), found[2], int(found[3]), found[4])


def _is_ours(mark: _Mark) -> bool:
    return any(hmac.compare_digest(mac, mark.mac) for mac in _macs(*mark[:3]))


def _macs(account: int, device: str, generation: int) -> list[str]:
    text = f"{account}.{device}.{generation}".encode()
    keys = subkeys(b"gatehouse device 1")
    return [hmac.digest(key, text, hashlib.sha256).hex()[:32] for key in keys]
