"""Quarter-hour counts."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.log import totals
from dashboard.log.sealer import seal_all
from models import LoginTotal, Reason, db, write_transaction
from tests.support.book import entry, store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(("minute", "quarter"), [(0, 0), (14, 0), (15, 15), (59, 45)])
def test_an_entry_counts_in_its_quarter_of_an_hour(minute: int, quarter: int) -> None:
    moment = NOON.replace(minute=minute, second=59, microsecond=999_999)
    assert totals.kind(moment, "login", "success", None) == (
        NOON.replace(minute=quarter),
        "login",
        "success",
        "",
    )


def counts() -> dict[tuple[str, str], int]:
    """Return the counts by outcome and reason."""
    db.session.rollback()
    return {(row.outcome, row.reason): row.count for row in db.session.scalars(select(LoginTotal))}


def test_sealing_counts_each_entry_once(app: Flask) -> None:
    failed = {"outcome": "failure", "reason": Reason.UNKNOWN_USER}
    store(entry(number, occurred_at=NOON) for number in range(3))
    store(entry(10 + number, occurred_at=NOON, **failed) for number in range(2))
    seal_all()
    store([entry(20, occurred_at=NOON)])
    for _ in range(2):
        seal_all()
    assert counts() == {("success", ""): 4, ("failure", "unknown_user"): 2}


def test_counts_belong_to_the_transaction(app: Flask) -> None:
    def work(session: object) -> None:
        totals.add(session, [totals.kind(NOON, "login", "success", None)])
        raise KeyError

    with pytest.raises(KeyError):
        write_transaction(work)
    assert counts() == {}
