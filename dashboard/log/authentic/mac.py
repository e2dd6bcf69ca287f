"""Who may add entries: the recorder authenticates each with a key that the database never sees.

``mac = HMAC-SHA256(subkey of SECRET_KEY, public fields ‖ place_n ‖ person_n)``, over the bytes that the chain
takes too; the first public field is the ``event_id``. The digests stand for the personal fields, so that it
stays true when these are erased.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean
from sqlalchemy.types import TypeEngine

from auth.subkeys import subkeys
from dashboard.log.chain import PERSON, PLACE, PUBLIC, group_digest
from models import LoginLog
from models.database.types import BigId, Digest, Ip, Uid, Utc, pack_ip


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
    """Return the columns of a new entry, both nonces among them, with its mac."""
    place = group_digest(columns["place_nonce"], _encoded(columns, PLACE))
    person = group_digest(columns["person_nonce"], _encoded(columns, PERSON))
    return {**columns, "mac": mac_of(mac_keys()[0], _encoded(columns, PUBLIC), place, person)}


def _encoded(columns: Mapping[str, Any], names: Sequence[str]) -> bytes:
    """Return the bytes of fields as `dashboard.log.chain.encode` has them, of values as they are recorded.

    It is written out, as each sign-in waits for it.
    """
    whole = ""
    for name in names:
        value = columns.get(name)
        if value is None:
            whole += "-"
            continue
        text = _TEXTS[name](value) if name in _TEXTS else value
        whole += f"{len(text) if text.isascii() else len(text.encode())}:{text}"
    return whole.encode()


def _of_moment(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _of_uuid(value: UUID) -> str:
    return value.bytes.hex()


def _of_address(value: str) -> str:
    return pack_ip(value).hex()


def _of_number(value: int) -> str:
    return str(int(value))


def _text_of(kind: TypeEngine[Any]) -> Callable[[Any], str] | None:
    """Return what makes the text of a column's values as both databases read them back; None for texts."""
    match kind:
        case Utc():
            return _of_moment
        case Uid():
            return _of_uuid
        case Ip():
            return _of_address
        case Digest():
            return bytes.hex
        case BigId() | Boolean():
            return _of_number
    return None


_TEXTS = {
    column.name: text
    for column in LoginLog.__table__.c
    if column.name in (*PUBLIC, *PLACE, *PERSON) and (text := _text_of(column.type))
}
