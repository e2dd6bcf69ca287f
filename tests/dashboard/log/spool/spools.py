"""Spools of this log and of others, and what is taken from them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from dashboard.log.spool.spool import Spool

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
OURS, THEIRS = "0a" * 16, "0b" * 16
HERE, THERE = "mariadb://127.0.0.1:3306/book", "mariadb://db.example.org:3306/book"


def columns(number: int = 0, **more: object) -> dict[str, object]:
    """Return the columns of an entry, number ``number``."""
    moment = MOMENT + timedelta(seconds=number)
    facts = {"event_id": uuid4(), "occurred_at": moment, "action": "login", "outcome": "failure"}
    nonces = {"place_nonce": bytes(range(16)), "person_nonce": bytes(range(16, 32))}
    return facts | nonces | {"name_ref": b"r" * 16, "source": "gatehouse", "asn": number} | more


def opened(path: Path, origin: str | None = None, database: str = HERE, **more: Any) -> Spool:
    """Return the spool of a log, as a process has it that heard from the database or never did."""
    spool = Spool(path, database, **more)
    if origin:
        spool.learn(origin)
    return spool


def taken(spool: Spool) -> list[dict[str, Any]]:
    """Take what there is."""
    entries: list[dict[str, Any]] = []
    assert spool.hand_over(entries.append) == len(entries)
    return entries


def numbers(spool: Spool) -> list[object]:
    """Take what there is and return the numbers."""
    return [entry["asn"] for entry in taken(spool)]
