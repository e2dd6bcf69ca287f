"""Entries in the form they are stored in, everything but their seal."""

from datetime import UTC, datetime
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from dashboard.cli.seeding.people import Who
from dashboard.cli.seeding.places import SeedClient
from dashboard.cli.seeding.timeline import HOUR_MICROSECONDS, SECOND
from models.vocabulary import SOURCE

#: Columns whose values many entries have in common, so that they are quoted and encoded once.
COMMON = (
    *("action", "outcome", "reason", "user_id", "username", "username_key", "name_ref"),
    *("actor_id", "actor_name", "auth_method", "ip", "user_agent", "browser", "os", "device"),
    *("source", "detail"),
)


class SeedEntry(NamedTuple):
    """One entry: UUIDs and addresses as 16 bytes, times as text; ``common`` holds ``COMMON``."""

    event_id: bytes
    place_nonce: bytes
    person_nonce: bytes
    occurred_at: str
    session_ref: bytes | None
    new_device: int | None
    request_id: str
    common: tuple[Any, ...]


class Pen:
    """Writes entries; their ids, nonces and request ids follow from ``rng`` alone."""

    def __init__(self, rng: Random) -> None:
        self._bits = rng.getrandbits

    def entry(
        self,
        when: int,
        what: tuple[str, str, str | None],
        who: Who,
        place: SeedClient,
        *,
        actor: tuple[int | None, str | None] = (None, None),
        session: bytes | None = None,
        method: str | None = None,
        new_device: int | None = None,
        detail: str | None = None,
    ) -> SeedEntry:
        """Return an entry; ``what`` is action, outcome and reason, ``actor`` somebody else who did it.

        ``new_device`` is 0 or 1 as databases store it, None for what is no sign-in.
        """
        event_id = _uuid(when // 1000 << 80 | self._bits(80), 7)
        place_nonce, person_nonce = (self._bits(128).to_bytes(16, "big") for _ in range(2))
        common = (*what, *who, *actor, method, *place, SOURCE, detail)
        request_id = f"r{self._bits(64):016x}"
        moment = stored_time(when)
        return SeedEntry(event_id, place_nonce, person_nonce, moment, session, new_device, request_id, common)

    def session_ref(self) -> bytes:
        """Return a random UUID."""
        return _uuid(self._bits(128), 4)


def stored_time(when: int) -> str:
    """Return microseconds since 1970 as both databases store a time."""
    hour, rest = divmod(when, HOUR_MICROSECONDS)
    minute, rest = divmod(rest, 60 * SECOND)
    second, micros = divmod(rest, SECOND)
    return f"{_hour(hour)}:{minute:02}:{second:02}.{micros:06}"


@lru_cache(maxsize=8)
def _hour(hours: int) -> str:
    return f"{datetime.fromtimestamp(hours * 3600, UTC):%Y-%m-%d %H}"


def _uuid(bits: int, version: int) -> bytes:
    """Return the bytes of a UUID with version and variant set (RFC 9562 section 4)."""
    bits = bits & ~(0xF << 76) & ~(0b11 << 62) | version << 76 | 0b10 << 62
    return bits.to_bytes(16, "big")
