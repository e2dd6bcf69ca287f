"""Lines that the database begins and Python finishes equal those of Python alone, byte for byte."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, insert, select

from dashboard.export import csv, jsonl
from dashboard.export.fields import FIELDS, as_fields
from dashboard.export.finish import csv_lines, json_lines
from dashboard.export.raw import csv_raw, json_raw
from models import LoginLog, db, write_transaction

Line = Callable[[Mapping[str, object]], str]
Raw = Callable[[str], ColumnElement[bytes]]
Finish = Callable[[Sequence[bytes]], bytes]
NAUGHTY = [
    None,
    "",
    "plain",
    'say "hi"',
    "a,b",
    "a\r\nb",
    "a\nb",
    "\rb",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@x",
    "\tx",
    "back\\slash",
    "\\",
    '\\"',
    "'",
    "100%",
    "%s %(x)s {0}",
    ":name",
    "张伟",
    "𠮷👩‍👩‍👧",
    "\u2028\x7f",
    " spaces ",
    "x" * 500,
]
IPS = [None, "10.4.7.94", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::1:0:0:1", "::102:304"]
DETAILS = [None, '{"a":"x,\\"y\\"","n":1}', '{"q":"user:张伟 \\\\"}']
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
                "user_agent": text,
                "browser": text and text[:64],
                "os": text and text[:64],
                "device": text and text[:64],
                "auth_method": text and text[:16],
                "session_ref": UUID(int=number) if number % 4 else None,
                "request_id": text and text[:64],
                "detail": DETAILS[number % len(DETAILS)],
            }
        )
    return some


@pytest.mark.parametrize(
    ("python", "raw", "finish"), [(csv.line, csv_raw, csv_lines), (jsonl.line, json_raw, json_lines)]
)
def test_the_database_s_lines_equal_python_s(app: Flask, python: Line, raw: Raw, finish: Finish) -> None:
    write_transaction(lambda session: session.execute(insert(LoginLog), rows()))
    columns = [getattr(LoginLog, name) for name in FIELDS]
    expression = raw(db.engine.dialect.name).label("raw")
    found = db.session.execute(select(*columns, expression)).all()
    for row in found:
        assert finish([row.raw]) == python(as_fields(row)).encode()
    assert finish([row.raw for row in found]) == "".join(python(as_fields(row)) for row in found).encode()
