"""The lines of each format."""

import csv
import io
import json
import re
import string
from datetime import UTC, datetime
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.pages.client import client_of_request
from dashboard.export import csv as csv_lines
from dashboard.export import jsonl
from dashboard.export.csv import BYTE_ORDER_MARK, DELIMITERS, Layout
from dashboard.export.fields import FIELDS, as_fields
from models import LoginLog

CONTRACT = (
    "seq,event_id,occurred_at,action,outcome,reason,username,user_id,actor_name,ip,country,asn,user_agent,"
    "browser,os,device,auth_method,session_ref,request_id,source,new_device,detail\r\n"
)


def row(**columns):
    facts = {
        "seq": 7,
        "event_id": UUID(int=1),
        "occurred_at": datetime(2026, 11, 22, 14, 57, 30, 5, UTC),
        "action": "login",
        "outcome": "success",
        "username": "alice",
        "user_id": 3,
        "source": "gatehouse",
    }
    return LoginLog(**facts | columns)


#: What spreadsheets take for a number, an amount, a fraction, a date or a time.
NUMBER = (
    r"[\s$€£¥(+-]*[\d.,\s]*\d[\d.,\s]*(e[+-]?\d+)?[%)\s]*|\d+([:/.-]\d+){1,2}(\s*[ap]m)?"
    r"|\d+ \d+/\d+|0x[0-9a-f]+|nan|inf(inity)?"
)
PLAIN, SHANGHAI = Layout(), Layout(";", ZoneInfo("Asia/Shanghai"))
#: Signs that lead a formula, also as full-width and small forms, and invisible characters before them.
SIGNS = "=+-@" + "＝＋－＠" + "﹦﹢﹣﹫"  # noqa: RUF001 - these are meant
BLANKS = (
    "",
    " ",
    "  ",
    "\u00a0",
    "\u3000",
    "\u200b",
    "\ufeff",
    "\x00",
    "\x0b",
    "\u2028",
    "\u202e",
    "\u00ad",
    "\x7f",
)


def read_back(line, delimiter=","):
    (cells,) = csv.reader(io.StringIO(line, newline=""), delimiter=delimiter)
    return dict(zip(FIELDS, cells, strict=True))


def agent(text, layout=PLAIN, write=csv_lines.csv_line):
    """Return how an agent stands in a line, and what a reader finds."""
    line = write(as_fields(row(user_agent=text)), layout)
    assert line.endswith("\r\n")
    return line, read_back(line, layout.delimiter)["user_agent"]


def test_the_header_is_that_of_the_contract():
    assert csv_lines.header(PLAIN) == CONTRACT
    assert csv_lines.header(Layout("\t")) == CONTRACT.replace(",", "\t")


def test_a_line_of_csv():
    fields = as_fields(row(asn=64500, new_device=False, detail='{"a":1,"b":"x,y"}'))
    assert csv_lines.csv_line(fields, PLAIN) == (
        "7,00000000-0000-0000-0000-000000000001,2026-11-22T14:57:30.000005+00:00,login,success,,alice,3,,,,64500,"
        ',,,,,,,gatehouse,false,"{""a"":1,""b"":""x,y""}"\r\n'
    )


def test_a_line_for_excel_quotes_all_text_and_shows_the_zone_s_time():
    assert csv_lines.excel_header(SHANGHAI) == (
        BYTE_ORDER_MARK + ";".join(f'"{name}"' for name in FIELDS) + "\r\n"
    )
    assert csv_lines.excel_line(as_fields(row(ip="10.0.0.7", new_device=True)), SHANGHAI) == (
        '7;"00000000-0000-0000-0000-000000000001";"2026-11-22T22:57:30.000005+08:00";"login";"success";"";"alice";3;'
        '"";"10.0.0.7";"";;"";"";"";"";"";"";"";"gatehouse";"true";""\r\n'
    )


def test_whole_seconds_keep_their_microseconds():
    assert as_fields(row(occurred_at=datetime(2026, 11, 22, tzinfo=UTC)))["occurred_at"].endswith(
        ":00.000000+00:00"
    )


naughty = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1)
formulas = st.tuples(st.sampled_from(BLANKS), st.sampled_from(SIGNS), naughty).map("".join)
LINES = [(csv_lines.csv_line, Layout(sign)) for sign in set(DELIMITERS.values())] + [
    (csv_lines.excel_line, SHANGHAI)
]


@given(naughty | formulas)
def test_a_cell_comes_back_and_is_no_formula(text):
    led = text.lstrip("".join(BLANKS) + string.whitespace).startswith(tuple(SIGNS))
    for write, layout in LINES:
        _, found = agent(text, layout, write)
        assert found in (text, "'" + text)
        assert found != text or not (led or text.startswith(("\t", "\r", "\n")))


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_is_guarded_whatever_its_width_and_what_nobody_sees_before_it(sign, blank):
    assert agent(f"{blank}{sign}1+1")[1] == f"'{blank}{sign}1+1"


@pytest.mark.parametrize("text", ["Mozilla/5.0 (=)", "a=b", "a-b", "1-1", "李-娜", "（a)"])  # noqa: RUF001
def test_a_sign_that_leads_nothing_stays(text):
    assert agent(text)[1] == text


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", " =1"]
)
def test_every_column_is_guarded(text):
    fields = dict.fromkeys(FIELDS, text)
    assert set(read_back(csv_lines.csv_line(fields, PLAIN)).values()) == {"'" + text}


@pytest.mark.parametrize("separator", [",", ";", "\t", '"', "\n", "\r"])
@pytest.mark.parametrize("layout", [Layout(sign) for sign in set(DELIMITERS.values())])
def test_what_separates_cells_anywhere_is_quoted_everywhere(separator, layout):
    text = f"x{separator}=1+1"
    line, found = agent(text, layout)
    assert found == text
    assert '"' + text.replace('"', '""') + '"' in line


def test_no_id_looks_like_a_number_or_a_time_to_a_spreadsheet(app):
    with app.test_request_context():
        app.preprocess_request()
        asked = client_of_request().request_id
    rng = Random(1)
    for _ in range(20_000):
        some = str(UUID(int=rng.getrandbits(128))), str(UUID(int=rng.randrange(10**32), version=4))
        for text in (*some, asked):
            assert not re.fullmatch(NUMBER, text, re.IGNORECASE)
    assert re.fullmatch("[a-z][0-9a-z]{16}", asked)


@given(naughty)
def test_a_line_of_json_is_one_line_and_comes_back(text):
    fields = as_fields(row(username=text, detail=json.dumps({"q": text})))
    line = jsonl.json_line(fields)
    assert line.count("\n") == 1
    assert json.loads(line) == fields
    assert fields["detail"] == {"q": text}
    assert tuple(json.loads(line)) == FIELDS


@pytest.mark.parametrize("text", ["not json", "[1]", "null", '{"a":"\\ud800"}', "[" * 9_000])
def test_a_detail_that_somebody_changed_is_shown_as_it_is(text: str) -> None:
    assert as_fields(row(detail=text))["detail"] == {"unreadable": text}
