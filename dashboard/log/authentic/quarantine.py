"""Moves rows that are not ours out of the log, into a table where they are kept and counted."""

import logging
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from dashboard.log.backlog import MAX_COUNTED
from dashboard.log.chain import PERSONAL_COLUMNS, PLACE_COLUMNS
from models import LoginLog, QuarantinedEntry
from models.clock import now
from models.login_log import KEPT

logger = logging.getLogger(__name__)
_ROWS = QuarantinedEntry.__table__.c


def move(session: Session, foreign: Mapping[int, str]) -> None:
    """Move the rows with these ids, each with why, in the caller's transaction."""
    source = LoginLog.__table__.c
    for why in dict.fromkeys(foreign.values()):
        ids = [number for number, reason in foreign.items() if reason == why]
        these = (source.id.in_(ids)) & source.seq.is_(None)
        kept = select(
            literal(now(), QuarantinedEntry.moved_at.type), literal(why), *(source[n] for n in KEPT)
        )
        session.execute(insert(QuarantinedEntry).from_select(["moved_at", "why", *KEPT], kept.where(these)))
        session.execute(delete(LoginLog).where(these))


def told(foreign: Mapping[int, str]) -> None:
    """Say in the server's log what was moved."""
    for why in dict.fromkeys(foreign.values()):
        count = sum(reason == why for reason in foreign.values())
        logger.error("%d rows were moved out of the log into the table quarantine: %s", count, why)


def forget_person(session: Session, user_id: int) -> None:
    """Blank the personal fields of what is said to be about, or done by, an account."""
    theirs = (_ROWS.user_id == user_id) | (_ROWS.actor_id == user_id)
    session.execute(update(QuarantinedEntry).where(theirs).values(dict.fromkeys(PERSONAL_COLUMNS)))


def drop_older(session: Session, than: datetime) -> int:
    """Delete what was moved aside before then; return how many rows."""
    return session.connection().execute(delete(QuarantinedEntry).where(_ROWS.moved_at < than)).rowcount


def forget_places(session: Session, before: datetime) -> None:
    """Blank the addresses and agents of what was moved aside before then."""
    old = update(QuarantinedEntry).where(_ROWS.moved_at < before)
    session.execute(old.values(dict.fromkeys(PLACE_COLUMNS)))


def rows_aside(session: Session) -> int:
    """Return how many rows were moved aside, up to ``MAX_COUNTED``."""
    some = select(QuarantinedEntry.id).limit(MAX_COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0
