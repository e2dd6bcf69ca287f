"""Seals seeded entries as `dashboard.log.sealer` seals others, before they are stored."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from dashboard.cli.seeding.rows import COMMON, SeedEntry
from dashboard.log.authentic.mac import mac_of
from dashboard.log.chain import PERSON, PLACE, PUBLIC, encode, group_digest, next_link
from dashboard.log.seals import Seal

#: ``id``, ``seq`` and ``chain`` of an entry: what the next one's seal builds on.
SealLink = tuple[int, int, bytes]
_SESSION = PUBLIC.index("session_ref")


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries, their seals and macs, and how many there are of each kind."""

    before: SealLink
    entries: list[SeedEntry]
    seals: list[Seal]
    macs: list[bytes]
    totals: Counter[tuple[str, str, str, str]]

    @property
    def last(self) -> SealLink:
        """The link of the last entry."""
        return self.seals[-1][:3]

    def after(self, before: SealLink, key: bytes) -> "Batch":
        """Return the batch as it must be when ``before`` is the newest link."""
        return self if before == self.before else sealed(self.entries, before, key)


def batches(entries: Iterable[SeedEntry], size: int, before: SealLink, key: bytes) -> Iterator[Batch]:
    """Yield ``entries`` sealed and authenticated with ``key``, ``size`` at a time."""
    entries = iter(entries)
    while some := list(islice(entries, size)):
        batch = sealed(some, before, key)
        before = batch.last
        yield batch


def sealed(entries: list[SeedEntry], before: SealLink, key: bytes) -> Batch:
    """Return ``entries`` sealed after the entry that ``before`` belongs to, authenticated with ``key``."""
    (row, seq, link), seals, macs = before, list[Seal](), list[bytes]()
    for entry in entries:
        row, seq = row + 1, seq + 1
        public, place_fields, person_fields = _encoded(entry)
        place = group_digest(entry.place_nonce, place_fields)
        person = group_digest(entry.person_nonce, person_fields)
        link = next_link(link, seq, public, place, person)
        seals.append(Seal(row, seq, link, place, person))
        macs.append(mac_of(key, public, place, person))
    return Batch(before, entries, seals, macs, Counter(map(_kind, entries)))


def _encoded(entry: SeedEntry) -> tuple[bytes, bytes, bytes]:
    """Return the public fields of an entry and those of place and person, encoded."""
    what, how, place, person = _encoded_common(entry.common)
    begin = encode((entry.event_id.hex(), entry.occurred_at))
    session = encode((_text(entry.session_ref),))
    end = encode((_text(entry.new_device), entry.request_id))
    return begin + what + session + how + end, place, person


@lru_cache(maxsize=1 << 14)
def _encoded_common(common: tuple[Any, ...]) -> tuple[bytes, bytes, bytes, bytes]:
    """Return the public fields before and after the session, and those of place and person, encoded."""
    texts = dict(zip(COMMON, map(_text, common), strict=True))
    parts = (PUBLIC[2:_SESSION], PUBLIC[_SESSION + 1 : -2], PLACE, PERSON)
    what, how, place, person = (encode(texts.get(name) for name in part) for part in parts)
    return what, how, place, person


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.hex()
    return None if value is None else str(value)


def _kind(entry: SeedEntry) -> tuple[str, str, str, str]:
    action, outcome, reason, *_ = entry.common
    return _quarter(entry.occurred_at[:16]), action, outcome, reason or ""


@lru_cache
def _quarter(minute: str) -> str:
    """Return the quarter hour of a time given to the minute."""
    return f"{minute[:14]}{int(minute[14:]) // 15 * 15:02}:00.000000"
