"""Who may add entries: the recorder authenticates each with a key that the database never sees.

``mac = HMAC-SHA256(subkey of SECRET_KEY, public fields ‖ place_n ‖ person_n)``, over the bytes that the chain
takes too; the first public field is the ``event_id``. The digests stand for the personal fields, so that it
stays true when these are erased.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from auth.subkeys import subkeys
from dashboard.log.chain import PERSON, PLACE, PUBLIC, encode, group_digest
from models import LoginLog
from models.database.types import Ip, pack_ip

_ADDRESSES = {column.name for column in LoginLog.__table__.c if isinstance(column.type, Ip)}


def mac_keys() -> list[bytes]:
    """Return the keys that an entry may be authenticated with, the present one first."""
    return subkeys(b"gatehouse mac 1")


def mac_of(key: bytes, public: bytes, place: bytes, person: bytes) -> bytes:
    """Return the 32-byte mac of an entry's encoded public fields and the digests of both groups."""
    return hmac.digest(key, public + place + person, hashlib.sha256)


def is_authentic(
    keys: Iterable[bytes], mac: bytes | None, public: bytes, place: bytes, person: bytes
) -> bool:
    """Whether one of ``keys`` made ``mac``."""
    return isinstance(mac, bytes) and any(
        hmac.compare_digest(mac, mac_of(key, public, place, person)) for key in keys
    )


def authenticated(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a new entry, both nonces among them, with its digests and its mac."""
    place = group_digest(columns["place_nonce"], _encoded(columns, PLACE))
    person = group_digest(columns["person_nonce"], _encoded(columns, PERSON))
    mac = mac_of(mac_keys()[0], _encoded(columns, PUBLIC), place, person)
    return {**columns, "place": place, "person": person, "mac": mac}


def _encoded(columns: Mapping[str, Any], names: Sequence[str]) -> bytes:
    return encode(_text(name, columns.get(name)) for name in names)


def _text(name: str, value: Any) -> str | None:
    """Return the text of a value as both databases read it back."""
    if value is None:
        return None
    if name in _ADDRESSES:
        return pack_ip(value).hex()
    match value:
        case bytes():
            return value.hex()
        case UUID():
            return value.hex
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        case bool():
            return str(int(value))
    return str(value)
