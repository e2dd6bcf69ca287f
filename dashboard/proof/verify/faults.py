"""Says what is wrong with an entry that does not check."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, func, literal, or_, select
from sqlalchemy.exc import DBAPIError

from dashboard.log.chain import group_digest, next_link
from dashboard.log.encoding import PUBLIC_BYTES
from dashboard.proof.verify.sql import GROUPS, PERSONS, PLACES, add_functions, link
from dashboard.proof.verify.standing import Standing
from models import LoginLog

_OF_ANOTHER_KIND = "it holds bytes in place of text, or text in place of bytes"
#: How many entries after a wrong one are searched for what belongs in its place.
SEARCH_REACH = 100_000


class Broken(Exception):
    """The book is not what was sealed; ``seq`` is the first wrong entry, where one is to blame."""

    def __init__(self, seq: int | None, how: str) -> None:
        self.seq, self.how = seq, how
        super().__init__(how if seq is None else f"entry {seq}: {how}")


class _Sealed(NamedTuple):
    chain: bytes | None
    public: bytes
    #: Nonce, digest and encoded fields of each of `GROUPS`.
    groups: tuple[tuple[bytes | None, bytes | None, bytes], ...]

    def link(self, before: bytes, seq: int) -> bytes | None:
        """Return the link it would have at ``seq``; None when one of its digests is gone."""
        (_, place, _), (_, person, _) = self.groups
        return None if place is None or person is None else next_link(before, seq, self.public, place, person)


def explain(connection: Connection, seq: int, standing: Standing) -> Broken:
    """Return what is wrong with the entry ``seq``, whose seal does not check or is missing."""
    add_functions(connection)
    try:
        return Broken(seq, _how(connection, seq, standing))
    except (TypeError, ValueError, DBAPIError):  # only SQLite stores such values
        return Broken(seq, _OF_ANOTHER_KIND)


def _how(connection: Connection, seq: int, standing: Standing) -> str:
    found = _entries(connection, seq)
    if not found:
        return _gap(connection, seq, standing)
    if len(found) > 1:
        return f"it is in the book {len(found)} times"
    return _personal(found[0]) or _public(connection, seq, found[0], standing)


def _gap(connection: Connection, seq: int, standing: Standing) -> str:
    after = connection.scalar(select(func.min(LoginLog.seq)).where(LoginLog.seq > seq))
    if after is None or after > standing.seq:
        return f"it is missing and so is all that follows, up to {standing.seq}: the end was cut off"
    return "it is missing" + (f", and so is what follows, up to {after - 1}" if after > seq + 1 else "")


def _personal(entry: _Sealed) -> str | None:
    for group, (nonce, digest, fields) in zip(GROUPS, entry.groups, strict=True):
        if nonce is None and fields != group.blank:
            return f"the nonce of its {group.name} is gone, but not all of these fields"
        if nonce is not None and digest != group_digest(nonce, fields):
            return f"its {group.name}, their nonce or their digest were changed"
    return None


def _public(connection: Connection, seq: int, entry: _Sealed, standing: Standing) -> str:
    before = _link_at(connection, seq - 1, standing)
    here = None if before is None else entry.link(before, seq)
    if before is None or here is None:
        return "a digest or the link before it is gone"
    if here == entry.chain:
        return _unvouched(entry)
    if _fits(here, _entries(connection, seq + 1), seq + 1):
        return "its link was changed"
    other = _belongs_here(connection, before, seq, entry.chain)
    if other is not None:
        return f"entry {other} belongs in its place: they were swapped or moved"
    return "its public fields were changed"


def _unvouched(entry: _Sealed) -> str:
    """Return what is wrong with an entry whose link is right: what is blank is blank without leave."""
    (place_nonce, *_), (person_nonce, *_) = entry.groups
    if person_nonce is None:
        return f"its {PERSONS.name} are blank, but no erase entry lists it"
    if place_nonce is None:
        return f"its {PLACES.name} are blank, but no erase or address_purge entry lists it"
    return _OF_ANOTHER_KIND


def _fits(before: bytes, entries: list[_Sealed], seq: int) -> bool:
    """Whether there is one entry with this number and its link follows ``before``."""
    return len(entries) == 1 and entries[0].chain == entries[0].link(before, seq) is not None


def _belongs_here(connection: Connection, before: bytes, seq: int, chain: bytes | None) -> int | None:
    """Return the number of a later entry that would check if it had the number ``seq``."""
    there = link(literal(before), literal(seq))
    fits = or_(there == LoginLog.chain, there == literal(chain))
    later = LoginLog.seq.between(seq + 1, seq + SEARCH_REACH)
    return connection.scalar(select(LoginLog.seq).where(later, fits).limit(1))


def _link_at(connection: Connection, seq: int, standing: Standing) -> bytes | None:
    if seq == standing.pruned:
        return standing.anchor
    entries = _entries(connection, seq)
    return entries[0].chain if entries else None


def _entries(connection: Connection, seq: int) -> list[_Sealed]:
    columns: list[Any] = [LoginLog.chain, PUBLIC_BYTES]
    for group in GROUPS:
        columns += [group.nonce, group.digest, group.fields]
    rows = connection.execute(select(*columns).where(LoginLog.seq == seq).limit(3))
    return [_Sealed(row[0], row[1], (tuple(row[2:5]), tuple(row[5:8]))) for row in rows]
