"""Seals seeded entries as `dashboard.stream.sealer` seals others, before they are stored."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from dashboard.cli.seeding.rows import COMMON, Entry
from dashboard.stream.chain import PERSONAL, PUBLIC, encode, next_link, personal_digest

#: ``id``, ``seq`` and ``chain`` of an entry: what the next one's seal builds on.
Link = tuple[int, int, bytes]
#: ``id``, ``seq``, ``chain`` and ``personal`` of an entry.
Seal = tuple[int, int, bytes, bytes]
_SESSION = PUBLIC.index("session_ref")


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries, their seals, and how many there are of each kind."""

    before: Link
    entries: list[Entry]
    seals: list[Seal]
    totals: Counter[tuple[str, str, str, str]]

    @property
    def last(self) -> Link:
        """The link of the last entry."""
        return self.seals[-1][:3]

    def after(self, before: Link) -> "Batch":
        """Return the batch as it must be when ``before`` is the newest link."""
        return self if before == self.before else sealed(self.entries, before)


def batches(entries: Iterable[Entry], size: int, before: Link) -> Iterator[Batch]:
    """Yield ``entries`` sealed, ``size`` at a time."""
    entries = iter(entries)
    while some := list(islice(entries, size)):
        batch = sealed(some, before)
        before = batch.last
        yield batch


def sealed(entries: list[Entry], before: Link) -> Batch:
    """Return ``entries`` sealed after the entry that ``before`` belongs to."""
    (row, seq, link), seals = before, list[Seal]()
    for entry in entries:
        row, seq = row + 1, seq + 1
        public, personal_fields = _encoded(row, entry)
        personal = personal_digest(entry.nonce, personal_fields)
        link = next_link(link, seq, public, personal)
        seals.append((row, seq, link, personal))
    return Batch(before, entries, seals, Counter(map(_kind, entries)))


def _encoded(row: int, entry: Entry) -> tuple[bytes, bytes]:
    """Return the public and the personal fields of an entry, encoded."""
    what, how, personal = _encoded_common(entry.common)
    begin = encode((str(row), entry.event_id.hex(), entry.occurred_at))
    session = encode((_text(entry.session_ref),))
    return begin + what + session + how + encode((entry.request_id,)), personal


@lru_cache(maxsize=1 << 14)
def _encoded_common(common: tuple[Any, ...]) -> tuple[bytes, bytes, bytes]:
    """Return the public fields before and after the session, and the personal fields, encoded."""
    texts = dict(zip(COMMON, map(_text, common), strict=True))
    parts = (PUBLIC[3:_SESSION], PUBLIC[_SESSION + 1 : -1], PERSONAL)
    what, how, personal = (encode(texts.get(name) for name in part) for part in parts)
    return what, how, personal


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.hex()
    return None if value is None else str(value)


def _kind(entry: Entry) -> tuple[str, str, str, str]:
    action, outcome, reason, *_ = entry.common
    return _quarter(entry.occurred_at[:16]), action, outcome, reason or ""


@lru_cache
def _quarter(minute: str) -> str:
    """Return the quarter hour of a time given to the minute."""
    return f"{minute[:14]}{int(minute[14:]) // 15 * 15:02}:00.000000"
