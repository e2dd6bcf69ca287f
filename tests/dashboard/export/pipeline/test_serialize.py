"""Lines that the database begins and Python finishes equal those of Python alone, byte for byte."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import product
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Connection, Dialect, Select, delete, insert, select
from sqlalchemy.orm import Session

from dashboard.export import csv, jsonl
from dashboard.export.fields import FIELDS, as_fields
from dashboard.export.pipeline import dialect
from dashboard.export.pipeline.aggregate import Cut, Entries, Lines, aggregated, read_aggregate
from dashboard.export.pipeline.serialize import csv_lines, excel_lines, json_lines
from dashboard.export.pipeline.sql_lines import EXCEL_APART, csv_sql, excel_sql, json_sql
from models import Action, LoginLog, Outcome, Reason, db, write_transaction
from tests.dashboard.export.values import NAUGHTY, details, texts

Line = Callable[[Mapping[str, object]], str]
RawOf = Callable[[Dialect], ColumnElement[bytes]]
Finish = Callable[[Lines], bytes]
Names = tuple[str, ...]
IPS = [None, "10.4.7.94", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::1:0:0:1", "::102:304"]
DETAILS = [None, '{"a":"x,\\"y\\"","n":1}', '{"q":"user:张伟 \\\\"}']
PLAIN, LOCAL = csv.Layout(";"), csv.Layout("\t", ZoneInfo("Africa/Monrovia"))  # seconds off UTC until 1972
FORMATS = [
    (partial(csv.csv_line, layout=PLAIN), csv_sql, partial(csv_lines, PLAIN), ()),
    (partial(csv.excel_line, layout=LOCAL), excel_sql, partial(excel_lines, LOCAL), EXCEL_APART),
    (jsonl.json_line, json_sql, json_lines, ()),
]
TIMES = [datetime(2026, 1, 2, 3, 4, 5, micro, UTC) for micro in (0, 1, 999999, 120000)]


def rows() -> list[dict[str, object]]:
    """Return rows in which each text column once holds each naughty text."""
    some = []
    for number, (text, ip) in enumerate(product(NAUGHTY, IPS)):
        some.append(
            {
                "event_id": uuid4(),
                "seq": number + 1 if number % 5 else None,
                "occurred_at": TIMES[number % len(TIMES)],
                "action": "login",
                "outcome": "failure",
                "reason": "unknown_user" if number % 2 else None,
                "user_id": number if number % 3 else None,
                "username": text and text[:64],
                "actor_name": text and text[:64],
                "ip": ip,
                "country": text and text[:2],
                "asn": number if number % 4 else None,
                "user_agent": text,
                "browser": text and text[:64],
                "os": text and text[:64],
                "device": text and text[:64],
                "auth_method": text and text[:16],
                "session_ref": UUID(int=number) if number % 4 else None,
                "request_id": text and text[:64],
                "source": "gatehouse" if number % 7 else "it;=1",
                "new_device": (None, False, True)[number % 3],
                "detail": DETAILS[number % len(DETAILS)],
            }
        )
    return some


def batches() -> st.SearchStrategy[list[dict[str, object]]]:
    """Return rows in which each column is drawn by itself."""
    columns = LoginLog.__table__.c
    text_columns = (
        *("username", "actor_name", "country", "user_agent"),
        *("browser", "os", "device", "auth_method", "request_id"),
    )
    numbers, ipv4 = st.integers(1, 2**63 - 1), st.ip_addresses(v=4).map(str)
    times = st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone stands beside
    row = {name: st.none() | texts(columns[name].type.length) for name in text_columns} | {
        "event_id": st.uuids(),
        "seq": st.none() | numbers,
        "occurred_at": times | times.map(lambda moment: moment.replace(microsecond=0)),
        "action": st.sampled_from(Action),
        "outcome": st.sampled_from(Outcome),
        "reason": st.none() | st.sampled_from(Reason),
        "user_id": st.none() | numbers,
        "asn": st.none() | numbers,
        "ip": st.none() | ipv4 | st.ip_addresses(v=6).map(str) | ipv4.map("::ffff:{}".format),
        "session_ref": st.none() | st.uuids(),
        "source": texts(columns["source"].type.length),
        "new_device": st.none() | st.booleans(),
        "detail": details(),
    }
    unique = (itemgetter("event_id"), lambda row: row["seq"] or row["event_id"])
    return st.lists(st.fixed_dictionaries(row), min_size=1, max_size=20, unique_by=unique)


def written(statement: Select[Any], raw: RawOf, serialize: Finish, apart: Names) -> bytes:
    """Return the lines of entries as an export writes them."""
    with db.engine.connect() as connection:
        some = lambda columns: statement.with_only_columns(*columns, maintain_column_froms=True)  # noqa: E731
        return serialize(lines_of(connection, some, raw, apart))


def lines_of(connection: Connection, entries: Entries, raw: RawOf, apart: Names = ()) -> Lines:
    """Have the database write lines."""
    dialect = connection.dialect
    return read_aggregate(
        dialect, connection.execute(aggregated(dialect, entries, raw(dialect))).all(), apart
    )


def written_in_python(statement: Select[Any], python: Line) -> list[bytes]:
    """Return each line as Python alone writes it."""
    columns = [getattr(LoginLog, name) for name in FIELDS]
    found = db.session.execute(
        statement.order_by(LoginLog.occurred_at, LoginLog.id).with_only_columns(*columns)
    ).all()
    db.session.rollback()
    return [python(as_fields(row)).encode() for row in found]


@pytest.mark.parametrize(("python", "raw", "serialize", "apart"), FORMATS)
def test_the_database_s_lines_equal_python_s(
    app: Flask, python: Line, raw: RawOf, serialize: Finish, apart: Names
) -> None:
    write_transaction(lambda session: session.execute(insert(LoginLog), rows()))
    lines = written_in_python(select(LoginLog), python)
    assert written(select(LoginLog), raw, serialize, apart) == b"".join(lines)
    events = db.session.scalars(select(LoginLog.event_id).order_by(LoginLog.occurred_at, LoginLog.id)).all()
    for event, line in zip(events, lines, strict=True):
        assert written(select(LoginLog).where(LoginLog.event_id == event), raw, serialize, apart) == line


@pytest.mark.parametrize(("python", "raw", "serialize", "apart"), FORMATS)
def test_a_server_without_uuids_says_the_same(
    mariadb_app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    python: Line,
    raw: RawOf,
    serialize: Finish,
    apart: Names,
) -> None:
    monkeypatch.setattr(dialect, "MariaDb", dialect.MySql)
    write_transaction(lambda session: session.execute(insert(LoginLog), rows()))
    assert written(select(LoginLog), raw, serialize, apart) == b"".join(
        written_in_python(select(LoginLog), python)
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=batches())
def test_lines_of_any_values_equal_python_s(app: Flask, batch: list[dict[str, object]]) -> None:
    def store(session: Session) -> None:
        session.execute(delete(LoginLog))
        session.execute(insert(LoginLog), batch)

    write_transaction(store)
    for python, raw, serialize, apart in FORMATS:
        lines = written_in_python(select(LoginLog), python)
        assert len(lines) == len(batch)
        assert written(select(LoginLog), raw, serialize, apart) == b"".join(lines)


@pytest.mark.parametrize("raw", [csv_sql, excel_sql, json_sql])
def test_what_the_server_cuts_is_not_taken_for_all(mariadb_app: Flask, raw: RawOf) -> None:
    write_transaction(lambda session: session.execute(insert(LoginLog), rows()))
    entries: Entries = lambda columns: select(*columns).select_from(LoginLog)  # noqa: E731
    with db.engine.connect() as connection:
        whole = lines_of(connection, entries, raw)
        end = len(whole.data)
        for limit in (1_024, end // 2, end - 46, end - 1):
            connection.exec_driver_sql(f"SET group_concat_max_len = {limit}")
            with pytest.raises(Cut, match=str(len(rows()))):
                lines_of(connection, entries, raw).pieces()
        connection.exec_driver_sql(f"SET group_concat_max_len = {end}")
        assert lines_of(connection, entries, raw) == whole
        connection.invalidate()


def test_what_a_small_packet_cuts_is_not_taken_for_all_either(mariadb_app: Flask) -> None:
    write_transaction(lambda session: session.execute(insert(LoginLog), rows()))
    entries: Entries = lambda columns: select(*columns).select_from(LoginLog)  # noqa: E731
    with db.engine.connect() as connection:
        (usual,) = connection.exec_driver_sql("SELECT @@max_allowed_packet").one()
        connection.exec_driver_sql("SET GLOBAL max_allowed_packet = 16384")
        connection.invalidate()
    try:
        with db.engine.connect() as connection, pytest.raises(Cut):
            lines_of(connection, entries, csv_sql).pieces()
    finally:
        with db.engine.connect() as connection:
            connection.exec_driver_sql(f"SET GLOBAL max_allowed_packet = {usual}")
            connection.invalidate()
        db.engine.dispose()
