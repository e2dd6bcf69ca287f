"""What was done to the book is found, and nothing else."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import String

from dashboard.log.sealer import seal_all
from models import db
from models.database.types import Digest, Ip, Uid
from tests.dashboard.proof.verify.tampering import (
    HEAD,
    LOG,
    TOTALS,
    changed,
    copied,
    duplicated,
    fault,
    flipped,
    key,
    removed,
    sealed_book,
    swapped,
)
from tests.support.book import entry, store

LAST = 12
few = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
places = st.integers(0, 10**6)


@pytest.fixture(autouse=True)
def book(app: Flask) -> None:
    """A book of twelve entries."""
    assert sealed_book() == LAST


def test_a_book_that_nobody_touched_is_intact() -> None:
    assert fault() is None


@pytest.mark.parametrize("microsecond", [999_999, 999_500, 0])
def test_the_last_moment_of_a_quarter_hour_is_in_it(microsecond: int) -> None:
    store(
        entry(number, occurred_at=datetime(2026, 11, 4, 9, number, 59, microsecond, UTC))
        for number in (14, 15)
    )
    assert seal_all() == 2
    assert fault() is None


#: What the chain and the macs cover: all but the order of insertion.
SEALED = [column for column in LOG.columns if column.name != "id"]


@pytest.mark.parametrize("column", [column.name for column in SEALED])
@few
@given(row=places, bit=places)
def test_a_flipped_bit_of_an_entry_is_found(column: str, row: int, bit: int) -> None:
    rows = [found for found in copied()[LOG] if found[column] not in (None, "", b"")]
    found = rows[row % len(rows)]
    value = flipped(LOG, column, found[column], bit)
    assume(value is not None and changed(LOG, LOG.c.id == found["id"], **{column: value}))
    broken = fault()
    changed(LOG, LOG.c.id == found["id"], **found)
    assert broken is not None
    assert broken.seq in ({found["seq"], value} if column == "seq" else {found["seq"]})


@pytest.mark.parametrize("column", [column.name for column in SEALED if column.nullable])
def test_a_value_that_is_gone_is_found(column: str) -> None:
    [seq] = [row["seq"] for row in copied()[LOG] if row[column] is not None][-1:]
    assert changed(LOG, LOG.c.seq == seq, **{column: None})
    broken = fault()
    assert broken is not None
    assert broken.seq == seq


@pytest.mark.parametrize(
    "column", ["country", "name_ref", "reason", "detail", "session_ref", "actor_id", "ip"]
)
def test_a_value_that_was_not_there_is_found(column: str) -> None:
    rows = copied()[LOG]
    [value] = [row[column] for row in rows if row[column] is not None][:1]
    [seq] = [row["seq"] for row in rows if row[column] is None][:1]
    assert changed(LOG, LOG.c.seq == seq, **{column: value})
    broken = fault()
    assert broken is not None
    assert broken.seq == seq


@pytest.mark.parametrize("column", ["origin", "epoch", "seq", "pruned", "chain", "uncounted"])
@few
@given(bit=places)
def test_a_flipped_bit_of_the_head_is_found(column: str, bit: int) -> None:
    [head] = copied()[HEAD]
    value = flipped(HEAD, column, head[column], bit)
    assume(value is not None)
    assert changed(HEAD, HEAD.c.id == 1, **{column: value})
    broken = fault()
    changed(HEAD, HEAD.c.id == 1, **head)
    assert broken is not None


@pytest.mark.parametrize("column", [column.name for column in TOTALS.columns])
@few
@given(row=places, bit=places)
def test_a_flipped_bit_of_the_totals_is_found(column: str, row: int, bit: int) -> None:
    rows = [found for found in copied()[TOTALS] if found[column] not in (None, "", b"")]
    found = rows[row % len(rows)]
    value = flipped(TOTALS, column, found[column], bit)
    assume(value is not None and changed(TOTALS, key(found), **{column: value}))
    broken = fault()
    changed(TOTALS, key(found | {column: value}), **found)
    assert broken is not None
    assert (broken.seq, "totals" in broken.how) == (None, True)


@pytest.mark.parametrize(
    ("low", "high", "how"),
    [
        (1, 1, "it is missing"),
        (5, 5, "it is missing"),
        (5, 8, "it is missing, and so is what follows, up to 8"),
        (LAST, LAST, "the end was cut off"),
        (4, LAST, "the end was cut off"),
        (1, LAST, "the end was cut off"),
    ],
)
def test_missing_entries_are_found(low: int, high: int, how: str) -> None:
    removed(low, high)
    broken = fault()
    assert broken is not None
    assert broken.seq == low
    assert broken.how.endswith(how)


@pytest.mark.parametrize(("one", "other"), [(1, 2), (3, 9), (1, LAST), (LAST - 1, LAST)])
@pytest.mark.parametrize("keeps_seal", [False, True])
def test_swapped_entries_are_found(one: int, other: int, keeps_seal: bool) -> None:
    content = [name for name in LOG.columns.keys() if name not in ("seq", "chain")]  # noqa: SIM118
    swapped(one, other, *(content if keeps_seal else ()))
    broken = fault()
    assert broken is not None
    assert broken.seq == one
    assert broken.how == f"entry {other} belongs in its place: they were swapped or moved"


def test_a_copy_of_an_entry_is_found() -> None:
    duplicated(3, LAST + 1)
    broken = fault()
    assert broken is not None
    assert (broken.seq, broken.how) == (LAST + 1, f"its number is beyond the head, which stands at {LAST}")


def test_a_copy_in_place_of_an_entry_is_found() -> None:
    removed(7, 7)
    duplicated(3, 7)
    broken = fault()
    assert broken is not None
    assert (broken.seq, broken.how) == (7, "its public fields were changed")


@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)  # SQLite keeps such an index
def test_a_number_that_is_there_twice_is_found() -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE login_log DROP INDEX uq_login_log_seq")
    try:
        duplicated(3, 3)
        broken = fault()
        assert broken is not None
        assert (broken.seq, broken.how) == (3, "it is in the book 2 times")
    finally:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM login_log WHERE id > 10000")
            connection.exec_driver_sql("CREATE UNIQUE INDEX uq_login_log_seq ON login_log (seq)")


@pytest.mark.parametrize(
    ("columns", "how"),
    [
        ({"outcome": "failed"}, "its public fields were changed"),
        ({"chain": bytes(32)}, "its link was changed"),
        ({"username": "mallory"}, "its name and detail, their nonce or their digest were changed"),
        ({"ip": "192.0.2.1"}, "its address and agent, their nonce or their digest were changed"),
        ({"person_nonce": None}, "the nonce of its name and detail is gone, but not all of these fields"),
        ({"place_nonce": None}, "the nonce of its address and agent is gone, but not all of these fields"),
        ({"place": None}, "its address and agent, their nonce or their digest were changed"),
    ],
)
def test_it_says_how_an_entry_is_wrong(columns: dict[str, object], how: str) -> None:
    changed(LOG, LOG.c.seq == 4, **columns)
    assert str(fault()) == f"entry 4: {how}"


KINDS = [
    (column.name, "BLOB" if isinstance(column.type, String) else "TEXT")
    for column in SEALED
    if isinstance(column.type, String | Digest | Ip | Uid)
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("column", "kind"), KINDS)
def test_a_value_of_another_kind_is_found(column: str, kind: str) -> None:
    with db.engine.begin() as connection:
        has_value = f"FROM login_log WHERE {column} <> ''"
        seq = connection.exec_driver_sql(f"SELECT max(seq) {has_value}").scalar_one()
        connection.exec_driver_sql(
            f"UPDATE login_log SET {column} = CAST({column} AS {kind}) WHERE seq = {seq}"
        )
    broken = fault()
    assert broken is not None
    assert broken.seq == seq


def test_the_first_wrong_entry_is_told() -> None:
    for seq in (11, 6, 8):
        changed(LOG, LOG.c.seq == seq, browser="Lynx")
    broken = fault()
    assert broken is not None
    assert broken.seq == 6
