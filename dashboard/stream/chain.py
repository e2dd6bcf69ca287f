"""The hash chain over sealed entries: pure functions, one versioned encoding.

``personal_n = SHA256(nonce_n ‖ personal fields)``
``chain_n = SHA256(chain_{n-1} ‖ u64 n ‖ public fields ‖ personal_n)``
``chain_0 = SHA256("gatehouse/1" ‖ origin ‖ epoch)``

A field is the text of its value as read back: ``length:text`` with the length in bytes of
UTF-8, or ``-`` for NULL. Binary values are lower-case hexadecimal, times
``YYYY-MM-DD HH:MM:SS.ffffff`` UTC. `dashboard.stream.encoding` builds the same bytes in SQL.
"""

import hashlib
from collections.abc import Iterable

VERSION = b"gatehouse/1"

#: Fields that stay when a person is erased, in the order of the encoding.
PUBLIC = (
    "id",
    "event_id",
    "occurred_at",
    "action",
    "outcome",
    "reason",
    "user_id",
    "actor_id",
    "session_ref",
    "auth_method",
    "browser",
    "os",
    "device",
    "country",
    "asn",
    "request_id",
)
#: Fields that an erasure blanks, in the order of the encoding.
PERSONAL = ("username", "username_key", "name_ref", "actor_name", "ip", "peer_ip", "user_agent", "detail")


def encode(texts: Iterable[str | None]) -> bytes:
    """Return the bytes of a list of fields, unambiguous whatever the texts hold."""
    return b"".join(_field(text) for text in texts)


def first_link(origin: str, epoch: str) -> bytes:
    """Return ``chain_0``, the 32 bytes before the first entry."""
    return hashlib.sha256(VERSION + encode((origin, epoch))).digest()


def personal_digest(nonce: bytes, personal: bytes) -> bytes:
    """Return the 32 bytes that stand for the personal fields; ``nonce`` keeps guesses out."""
    return hashlib.sha256(nonce + personal).digest()


def next_link(previous: bytes, seq: int, public: bytes, personal: bytes) -> bytes:
    """Return ``chain_n`` from ``chain_{n-1}``, the public fields and the personal digest."""
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + public + personal).digest()


def _field(text: str | None) -> bytes:
    if text is None:
        return b"-"
    data = text.encode()
    return b"%d:%b" % (len(data), data)
