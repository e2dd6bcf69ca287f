"""Reads what waits for its seal, and tells what our recorder made from what somebody else put there."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import LargeBinary, Row, Select, cast, select
from sqlalchemy.orm import Session

from dashboard.log import totals
from dashboard.log.authentic.mac import authenticated, is_authentic
from dashboard.log.chain import group_digest
from dashboard.log.encoding import PERSON_BYTES, PLACE_BYTES, PUBLIC_BYTES
from dashboard.log.totals import TotalKey
from models import Action, LoginLog, write_transaction
from models.database.form import is_misformed
from models.database.types import NO_TIME

#: Purges that are looked at for one of ours.
PURGES = 10
_LOG = LoginLog.__table__
_KIND = ("occurred_at", "action", "outcome", "reason")
_MISFORMED = "a value of it is none that its column can have"
_PRUNED = "it is older than what was pruned: a copy of an entry that is gone"
_NO_NONCE = "its nonces are gone"
_FOREIGN = "it was not recorded by a Gatehouse with this SECRET_KEY"


@dataclass(frozen=True, slots=True)
class Unsealed:
    """An entry to seal: what it is counted as, its encoded public fields and the digests of both groups."""

    id: int
    kind: TotalKey
    public: bytes
    place: bytes
    person: bytes


@dataclass(frozen=True, slots=True)
class Judged:
    """Entries to seal in the order they were recorded, and why each other row is none, by its id."""

    entries: list[Unsealed]
    foreign: dict[int, str]


def read_waiting(session: Session, keys: Sequence[bytes], limit: int, since: datetime = NO_TIME) -> Judged:
    """Return the oldest ``limit`` rows that wait; one from before ``since`` is a copy of what was pruned.

    When some of them are foreign the newest are looked at as well: whoever puts any number of rows there
    must not keep others waiting.
    """
    oldest = _read(session, _statement().order_by(LoginLog.id).limit(limit), keys, since)
    if not oldest.foreign:
        return oldest
    newest = _read(session, _statement().order_by(LoginLog.id.desc()).limit(limit), keys, since)
    entries = {entry.id: entry for entry in (*oldest.entries, *newest.entries)}
    return Judged([entries[number] for number in sorted(entries)], oldest.foreign | newest.foreign)


def pruned_before(session: Session, keys: Sequence[bytes]) -> datetime:
    """Return up to when entries were pruned, by the newest sealed purge, which one of ``keys`` authenticates.

    Of those that somebody else put there only the newest ten are passed over.
    """
    facts = (LoginLog.mac, LoginLog.place, LoginLog.person_nonce, cast(LoginLog.detail, LargeBinary))
    texts = (PUBLIC_BYTES.label("public"), PERSON_BYTES.label("bytes"))
    told = select(is_misformed(_LOG).label("is_wrong"), *facts, *texts)
    told = told.where(LoginLog.action == Action.LOG_PURGE, LoginLog.seq.is_not(None))
    newest = told.order_by(LoginLog.occurred_at.desc(), LoginLog.id.desc()).limit(PURGES)
    for is_wrong, mac, place, nonce, detail, public, person in session.execute(newest):
        if is_wrong or place is None or nonce is None:
            continue
        if is_authentic(keys, mac, public, place, group_digest(nonce, person)):
            with suppress(ValueError, TypeError, KeyError):
                return datetime.fromisoformat(json.loads(detail or "")["before"])
    return NO_TIME


def authenticate_unsealed() -> None:
    """Give entries that an older Gatehouse left unsealed their macs; for the moment of an upgrade only."""

    def authenticate(session: Session) -> None:
        waiting = select(LoginLog).where(LoginLog.seq.is_(None), LoginLog.mac.is_(None))
        for entry in session.scalars(waiting):
            facts = authenticated({column.name: getattr(entry, column.name) for column in _LOG.c})
            entry.mac = facts["mac"]

    write_transaction(authenticate)


def _statement() -> Select[*tuple[Any, ...]]:
    """Select what waits, unlocked: the lock of the head guards it.

    Texts and times are read as the bytes that are stored, which may be none.
    """
    facts = (LoginLog.id, LoginLog.place_nonce, LoginLog.person_nonce, LoginLog.mac)
    texts = [cast(_LOG.c[name], LargeBinary).label(name) for name in _KIND]
    encoded = (PUBLIC_BYTES.label("public"), PLACE_BYTES.label("place"), PERSON_BYTES.label("person"))
    waiting = LoginLog.seq.is_(None)
    return select(*facts, *texts, *encoded, is_misformed(_LOG).label("is_wrong")).where(waiting)


def _read(
    session: Session, statement: Select[*tuple[Any, ...]], keys: Sequence[bytes], since: datetime
) -> Judged:
    waiting = Judged([], {})
    for row in session.execute(statement):
        found = _judged(row, keys, since)
        if isinstance(found, Unsealed):
            waiting.entries.append(found)
        else:
            waiting.foreign[row.id] = found
    return waiting


def _judged(row: Row[*tuple[Any, ...]], keys: Sequence[bytes], since: datetime) -> Unsealed | str:
    """Return the entry that a row is, or why it is none."""
    if row.is_wrong:
        return _MISFORMED
    if row.place_nonce is None or row.person_nonce is None:
        return _NO_NONCE
    place, person = group_digest(row.place_nonce, row.place), group_digest(row.person_nonce, row.person)
    if not is_authentic(keys, row.mac, row.public, place, person):
        return _FOREIGN
    texts = (getattr(row, name) for name in _KIND)
    when, action, outcome, reason = (None if text is None else text.decode() for text in texts)
    moment = datetime.fromisoformat(when or "").replace(tzinfo=UTC)
    if moment < since:
        return _PRUNED
    kind = totals.kind(moment, action or "", outcome or "", reason)
    return Unsealed(row.id, kind, row.public, place, person)
