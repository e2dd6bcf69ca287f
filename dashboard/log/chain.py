"""The hash chain over sealed entries: pure functions, one versioned encoding.

``place_n = SHA256(place nonce ‖ place fields)``, ``person_n = SHA256(person nonce ‖ person fields)``
``chain_n = SHA256(chain_{n-1} ‖ u64 n ‖ public fields ‖ place_n ‖ person_n)``
``chain_0 = SHA256("gatehouse/1" ‖ origin ‖ epoch)``

A field is the text of its value as read back: ``length:text`` with the length in bytes of
UTF-8, or ``-`` for NULL. Binary values are lower-case hexadecimal, times
``YYYY-MM-DD HH:MM:SS.ffffff`` UTC. `dashboard.log.encoding` builds the same bytes in SQL.
"""

import hashlib
from collections.abc import Iterable

CHAIN_VERSION = b"gatehouse/1"

#: Fields that always stay, in the order of the encoding.
PUBLIC = (
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
    "source",
    "new_device",
    "request_id",
)
#: Personal fields in two groups, each in the order of the encoding: where somebody was, who it was.
PLACE = ("ip", "peer_ip", "user_agent")
PERSON = ("username", "username_key", "name_ref", "actor_name", "detail")
#: The columns to blank so that a place is forgotten, and a person with it.
PLACE_COLUMNS = (*PLACE, "place_nonce")
PERSONAL_COLUMNS = (*PLACE_COLUMNS, *PERSON, "person_nonce")


def encode(texts: Iterable[str | None]) -> bytes:
    """Return the bytes of a list of fields, unambiguous whatever the texts hold."""
    return b"".join(_field(text) for text in texts)


def first_link(origin: str, epoch: str) -> bytes:
    """Return ``chain_0``, the 32 bytes before the first entry."""
    return hashlib.sha256(CHAIN_VERSION + encode((origin, epoch))).digest()


def group_digest(nonce: bytes, fields: bytes) -> bytes:
    """Return the 32 bytes that stand for a group of personal fields; ``nonce`` keeps guesses out."""
    return hashlib.sha256(nonce + fields).digest()


def next_link(previous: bytes, seq: int, public: bytes, place: bytes, person: bytes) -> bytes:
    """Return ``chain_n`` from ``chain_{n-1}``, the public fields and the digests of both groups."""
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + public + place + person).digest()


def _field(text: str | None) -> bytes:
    if text is None:
        return b"-"
    data = text.encode()
    return b"%d:%b" % (len(data), data)
