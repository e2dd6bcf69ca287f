"""Links in letters. Who has one reads the mail of the address that it was sent to.

Its token is derived when the letter is sent, so that a repeat carries the same one; only the hash of one that
was used is stored.
"""

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from auth.subkeys import subkeys
from models import User
from models.clock import from_timestamp

#: What a link is for.
CONFIRM = b"email_confirm"
_EVENT, _ACCOUNT, _MAC = 16, 8, 32


class LinkToken(NamedTuple):
    """The parts of a token: because of which event it was sent, to which account, and its HMAC."""

    event_id: UUID
    user_id: int
    mac: bytes

    @property
    def made_at(self) -> datetime:
        """When the event happened: the time in its UUIDv7 (RFC 9562 5.7)."""
        return from_timestamp((self.event_id.int >> 80) / 1000)


def link_token(purpose: bytes, event_id: UUID, account: User) -> str:
    """Return the token of a link to the address of ``account``, 75 characters of URL-safe Base64.

    It dies with the address, and with the password: each reset makes another generation.
    """
    mac = _macs(purpose, event_id, account)[0]
    return _as_text(event_id.bytes + account.id.to_bytes(_ACCOUNT, "big") + mac)


def read_link_token(text: str) -> LinkToken | None:
    """Return the parts of a token, None when it is none; nothing is checked yet."""
    try:
        data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return None
    if len(data) != _EVENT + _ACCOUNT + _MAC or _as_text(data) != text:
        return None
    number = int.from_bytes(data[_EVENT:-_MAC], "big")
    return LinkToken(UUID(bytes=data[:_EVENT]), number, data[-_MAC:]) if number < 2**63 else None


def is_of(token: LinkToken, purpose: bytes, account: User) -> bool:
    """Whether a token was made for ``purpose``, for the address and password that ``account`` has now."""
    macs = _macs(purpose, token.event_id, account)
    is_ours = any(hmac.compare_digest(token.mac, mac) for mac in macs)
    return is_ours and token.user_id == account.id and bool(account.email)


def hash_of_link(token: LinkToken) -> bytes:
    """Return what is stored of a token that was used."""
    return hashlib.sha256(token.event_id.bytes + token.mac).digest()


def _as_text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _macs(purpose: bytes, event_id: UUID, account: User) -> list[bytes]:
    """Return the HMACs of a link, first that of SECRET_KEY."""
    email = (account.email or "").encode("utf-8", "surrogatepass")
    numbers = b"".join(number.to_bytes(8, "big") for number in (account.id, account.device_generation))
    parts = (purpose, event_id.bytes, numbers, email)
    text = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return [hmac.digest(key, text, hashlib.sha256) for key in subkeys(b"gatehouse letter link 1")]
