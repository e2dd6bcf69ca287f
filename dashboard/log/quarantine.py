"""Moves rows that are not ours out of the log, into a table where they are kept and counted."""

import logging
from collections.abc import Mapping

from sqlalchemy import delete, func, insert, literal, select
from sqlalchemy.orm import Session

from models import LoginLog, QuarantinedEntry
from models.clock import now
from models.quarantine import KEPT

log = logging.getLogger(__name__)


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
        log.error("%d rows were moved out of the log into the table quarantine: %s", count, why)


def count(session: Session) -> int:
    """Return how many rows were moved aside."""
    return session.scalar(select(func.count()).select_from(QuarantinedEntry)) or 0
