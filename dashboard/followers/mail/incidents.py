"""Admins hear of troubles: once when one begins, again once a day while it lasts, and when it is over."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from dashboard.background import schedule
from dashboard.background.thread_state import Health
from dashboard.followers.mail.letters.trouble import TroubleKind
from dashboard.followers.standing import last_words, title_of
from dashboard.log.authentic import quarantine
from dashboard.proof.upkeep import PROVING
from models import Follower, Incident, Letter, Role, User, db, write_transaction
from models.clock import now

#: How long a trouble lasts before it is told, how often it is told again, and when it counts as over.
TOLD_AFTER, TOLD_EVERY, OVER_AFTER = timedelta(minutes=10), timedelta(days=1), timedelta(minutes=5)
#: Seconds between two looks; each process looks.
TROUBLE_LOOK = 30.0
#: Errors of what proves the log that say that it does not hold: they are told at once.
TOLD_AT_ONCE = ("Broken", "BadPin", "Unsigned")
MAX_ERROR_LINE = 200


@dataclass(frozen=True, slots=True)
class SiteTrouble:
    """Something that admins should know: of a ``kind``, about what is called ``name``."""

    kind: TroubleKind
    name: str
    since: datetime
    error: str = ""

    @property
    def key(self) -> str:
        """What it is called while it lasts."""
        return f"{self.kind} {self.name}".strip()


def tell_troubles() -> None:
    """Look for troubles and queue the letters about them."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    found = {trouble.key: trouble for trouble in (*_followers(), *_record(app), *_quarantine())}
    known = db.session.scalars(select(Incident.name)).all()
    db.session.rollback()
    if not found and not known:
        return
    ids = {name: uuid7() for name in {*found, *known}}
    try:
        write_transaction(partial(_tell, found, ids))
    except IntegrityError:  # another process was quicker
        return


def _followers() -> Iterator[SiteTrouble]:
    long_ago = now() - TOLD_AFTER
    failing = select(Follower).where(Follower.failing_since < long_ago, Follower.paused_at.is_(None))
    for row in db.session.scalars(failing).all():
        last = last_words(row)[:MAX_ERROR_LINE]
        yield SiteTrouble(TroubleKind.FOLLOWER, row.name, row.failing_since or long_ago, last)


def _record(app: Flask) -> Iterator[SiteTrouble]:
    """Yield what keeps the log from being proven, as this process knows it."""
    states = [
        state for state in schedule.states(app) if state.name in PROVING and state.condition != Health.OK
    ]
    for state in states:
        since = timedelta(seconds=state.seconds)
        if since >= TOLD_AFTER or state.error in TOLD_AT_ONCE:
            yield SiteTrouble(
                TroubleKind.RECORD, "", now() - since, f"{state.name}: {state.error}".rstrip(": ")
            )
            return


def _quarantine() -> Iterator[SiteTrouble]:
    count = quarantine.rows_aside(db.session())
    if count:
        yield SiteTrouble(TroubleKind.QUARANTINE, "", now(), f"{count:,}")


def _tell(found: Mapping[str, SiteTrouble], ids: Mapping[str, UUID], session: Session) -> None:
    moment = now()
    rows = {row.name: row for row in session.scalars(select(Incident).with_for_update())}
    for name, trouble in found.items():
        row = rows.get(name)
        if row is None or _is_to_tell_again(row, trouble, moment):
            began = row.began_at if row else trouble.since
            _queue_for_admins(session, ids[name], "trouble", trouble, began)
            told = moment
        else:
            began, told = row.began_at, row.told_at
        session.merge(Incident(name=name, began_at=began, seen_at=moment, told_at=told))
    for name, row in rows.items():
        over = _read_key(name, moment)
        if over and name not in found and not _is_within(moment - row.seen_at, OVER_AFTER):
            _queue_for_admins(session, ids[name], "trouble_over", over, row.began_at)
            session.delete(row)
    session.flush()


def _is_to_tell_again(row: Incident, trouble: SiteTrouble, moment: datetime) -> bool:
    """Rows that were moved aside stay there: they are told once, until there are none."""
    return trouble.kind is not TroubleKind.QUARANTINE and not _is_within(moment - row.told_at, TOLD_EVERY)


def _is_within(age: timedelta, length: timedelta) -> bool:
    """Whether something is that new; what lies as far ahead was noted by a clock that was wrong."""
    return -length < age < length


def _read_key(name: str, moment: datetime) -> SiteTrouble | None:
    """Return the trouble that is called so; None for a name that is none of ours."""
    with suppress(ValueError):
        kind, _, about = str(name).partition(" ")
        return SiteTrouble(TroubleKind(kind), about, moment)
    return None


def _queue_for_admins(
    session: Session, event_id: UUID, kind: str, trouble: SiteTrouble, began: datetime
) -> None:
    moment = now()
    name = title_of(session, trouble.name)
    words = {"kind": trouble.kind, "name": name, "since": began.isoformat(), "error": trouble.error}
    text = json.dumps(words)
    for user_id in _admins(session):
        times = {"made_at": moment, "due_at": moment}
        session.add(Letter(event_id=event_id, kind=kind, user_id=user_id, words=text, **times))


def _admins(session: Session) -> list[int]:
    """Return the admins whose address is confirmed; all with an address when none is."""
    has_address = User.email.is_not(None) & User.disabled.is_(False)
    admins = session.execute(
        select(User.id, User.email_confirmed_at).where(User.role == Role.ADMIN, has_address)
    ).all()
    confirmed = [user_id for user_id, confirmed_at in admins if confirmed_at]
    return confirmed or [user_id for user_id, _ in admins]
