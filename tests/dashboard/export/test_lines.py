"""The lines of each format."""

import csv
import io
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.export import csv as csv_lines
from dashboard.export import jsonl, ocsf
from dashboard.export.csv import FORMULA
from dashboard.export.fields import FIELDS, as_fields
from models import Action, LoginLog

CONTRACT = (
    "seq,event_id,occurred_at,action,outcome,reason,username,user_id,actor_name,ip,country,user_agent,browser,"
    "os,device,auth_method,session_ref,request_id,detail\r\n"
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
    }
    return LoginLog(**facts | columns)


def read_back(line):
    (cells,) = csv.reader(io.StringIO(line, newline=""))
    return dict(zip(FIELDS, cells, strict=True))


def test_the_header_is_that_of_the_contract():
    assert csv_lines.header() == CONTRACT


def test_a_line_of_csv():
    assert csv_lines.line(as_fields(row(detail='{"a":1,"b":"x,y"}'))) == (
        "7,00000000-0000-0000-0000-000000000001,2026-11-22T14:57:30.000005+00:00,login,success,,alice,3,,,,,,,,,,,"
        '"{""a"":1,""b"":""x,y""}"\r\n'
    )


def test_whole_seconds_keep_their_microseconds():
    assert as_fields(row(occurred_at=datetime(2026, 11, 22, tzinfo=UTC)))["occurred_at"].endswith(
        ":00.000000+00:00"
    )


naughty = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1)
formulas = st.tuples(st.sampled_from(FORMULA), naughty).map("".join)


@given(naughty | formulas)
def test_a_cell_comes_back_and_is_no_formula(text):
    line = csv_lines.line(as_fields(row(user_agent=text)))
    cell = read_back(line)["user_agent"]
    assert cell == ("'" + text if text.startswith(FORMULA) else text)
    assert not cell.startswith(FORMULA)
    assert line.endswith("\r\n")


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_every_column_is_guarded(text):
    fields = dict.fromkeys(FIELDS, text)
    assert set(read_back(csv_lines.line(fields)).values()) == {"'" + text}


@given(naughty)
def test_a_line_of_json_is_one_line_and_comes_back(text):
    fields = as_fields(row(username=text, detail=json.dumps({"q": text})))
    line = jsonl.line(fields)
    assert line.count("\n") == 1
    assert json.loads(line) == fields
    assert fields["detail"] == {"q": text}
    assert tuple(json.loads(line)) == FIELDS


def test_a_sign_in_is_an_authentication_event():
    event = ocsf.event(
        as_fields(row(ip="10.0.0.7", outcome="failure", reason="invalid_password", country="DE"))
    )
    assert (event["class_uid"], event["activity_id"], event["type_uid"]) == (3002, 1, 300201)
    assert (event["status_id"], event["status_detail"]) == (2, "invalid_password")
    assert event["user"] == {"uid": "3", "name": "alice"}
    assert event["src_endpoint"] == {"ip": "10.0.0.7", "location": {"country": "DE"}}
    assert event["time"] == 1795359450000
    assert event["metadata"]["sequence"] == 7
    assert event["service"]
    assert "actor" not in event


@pytest.mark.parametrize("action", Action)
def test_every_action_is_an_event_of_either_class(action):
    event = json.loads(ocsf.line(as_fields(row(action=action, username=None, user_id=None))))
    assert event["class_uid"] in (3001, 3002)
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert event["user"]
    assert event["unmapped"]["action"] == action
