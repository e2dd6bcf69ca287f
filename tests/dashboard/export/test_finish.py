"""Lines that the database begins and Python finishes equal those of Python alone, byte for byte."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from sqlalchemy import ColumnElement, Connection, Dialect, Select, delete, insert, select
from sqlalchemy.orm import Session

from dashboard.export import csv, jsonl, words
from dashboard.export.fields import FIELDS, as_fields
from dashboard.export.finish import csv_lines, excel_lines, json_lines
from dashboard.export.gather import Cut, Entries, Lines, gather, gathered
from dashboard.export.raw import EXCEL_APART, csv_raw, excel_raw, json_raw
from models import LoginLog, db, write_transaction
from tests.dashboard.export.values import batches, rows

Line = Callable[[Mapping[str, object]], str]
RawOf = Callable[[Dialect], ColumnElement[bytes]]
Finish = Callable[[Lines], bytes]
Names = tuple[str, ...]
PLAIN, LOCAL = csv.Layout(";"), csv.Layout("\t", ZoneInfo("Africa/Monrovia"))  # seconds off UTC until 1972
FORMATS = [
    (partial(csv.line, layout=PLAIN), csv_raw, partial(csv_lines, PLAIN), ()),
    (partial(csv.excel_line, layout=LOCAL), excel_raw, partial(excel_lines, LOCAL), EXCEL_APART),
    (jsonl.line, json_raw, json_lines, ()),
]


def written(statement: Select[Any], raw: RawOf, finish: Finish, apart: Names) -> bytes:
    """Return the lines of entries as an export writes them."""
    with db.engine.connect() as connection:
        some = lambda columns: statement.with_only_columns(*columns, maintain_column_froms=True)  # noqa: E731
        return finish(lines_of(connection, some, raw, apart))


def lines_of(connection: Connection, entries: Entries, raw: RawOf, apart: Names = ()) -> Lines:
    """Have the database write lines."""
    dialect = connection.dialect
    return gathered(dialect, connection.execute(gather(dialect, entries, raw(dialect))).all(), apart)


def written_in_python(statement: Select[Any], python: Line) -> list[bytes]:
    """Return each line as Python alone writes it."""
    columns = [getattr(LoginLog, name) for name in FIELDS]
    found = db.session.execute(
        statement.order_by(LoginLog.occurred_at, LoginLog.id).with_only_columns(*columns)
    ).all()
    db.session.rollback()
    return [python(as_fields(row)).encode() for row in found]


@pytest.mark.parametrize(("python", "raw", "finish", "apart"), FORMATS)
def test_the_database_s_lines_equal_python_s(
    app: Flask, python: Line, raw: RawOf, finish: Finish, apart: Names
) -> None:
    write_transaction(lambda session: session.execute(insert(LoginLog), rows()))
    lines = written_in_python(select(LoginLog), python)
    assert written(select(LoginLog), raw, finish, apart) == b"".join(lines)
    events = db.session.scalars(select(LoginLog.event_id).order_by(LoginLog.occurred_at, LoginLog.id)).all()
    for event, line in zip(events, lines, strict=True):
        assert written(select(LoginLog).where(LoginLog.event_id == event), raw, finish, apart) == line


@pytest.mark.parametrize(("python", "raw", "finish", "apart"), FORMATS)
def test_a_server_without_uuids_says_the_same(
    mariadb_app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    python: Line,
    raw: RawOf,
    finish: Finish,
    apart: Names,
) -> None:
    monkeypatch.setattr(words, "MariaDb", words.MySql)
    write_transaction(lambda session: session.execute(insert(LoginLog), rows()))
    assert written(select(LoginLog), raw, finish, apart) == b"".join(
        written_in_python(select(LoginLog), python)
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=batches())
def test_lines_of_any_values_equal_python_s(app: Flask, batch: list[dict[str, object]]) -> None:
    def store(session: Session) -> None:
        session.execute(delete(LoginLog))
        session.execute(insert(LoginLog), batch)

    write_transaction(store)
    for python, raw, finish, apart in FORMATS:
        lines = written_in_python(select(LoginLog), python)
        assert len(lines) == len(batch)
        assert written(select(LoginLog), raw, finish, apart) == b"".join(lines)


@pytest.mark.parametrize("raw", [csv_raw, excel_raw, json_raw])
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
            lines_of(connection, entries, csv_raw).pieces()
    finally:
        with db.engine.connect() as connection:
            connection.exec_driver_sql(f"SET GLOBAL max_allowed_packet = {usual}")
            connection.invalidate()
        db.engine.dispose()
