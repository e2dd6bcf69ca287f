"""A message is an export row, or its OCSF event, with what kind it is of."""

import json
from uuid import UUID

from flask import Flask

from dashboard.export import ocsf
from dashboard.export.fields import FIELDS, as_fields
from dashboard.followers.webhooks.sending.message import body_of, body_of_test
from models import Outcome, Reason
from models.clock import now
from tests.support.book import entry


def test_it_has_the_fields_of_an_export_row(sqlite_app: Flask) -> None:
    row = entry(1, outcome=Outcome.FAILURE, reason=Reason.INVALID_PASSWORD, ip="10.0.0.7", seq=12)
    message = json.loads(body_of(row, "json"))
    assert message["type"] == "login.failure"
    assert message["timestamp"] == message["data"]["occurred_at"] == "2026-11-22T11:00:00.000000+00:00"
    assert tuple(message["data"]) == FIELDS
    assert message["data"] == json.loads(json.dumps(as_fields(row)))


def test_or_is_an_event_of_ocsf(sqlite_app: Flask) -> None:
    row = entry(1, "李娜", seq=12)
    message = json.loads(body_of(row, "ocsf"))
    assert message["data"] == json.loads(json.dumps(ocsf.event(as_fields(row))))
    assert message["data"]["class_uid"] == 3002


def test_odd_text_is_no_obstacle(sqlite_app: Flask) -> None:
    for name in ("\ud800", "\0", '"\\', "😀", "\u2028"):
        assert json.loads(body_of(entry(1, user_agent=name), "json"))["type"] == "login.success"


def test_a_test_says_so(sqlite_app: Flask) -> None:
    message = json.loads(body_of_test(UUID(int=1), now()))
    assert message["type"] == "test"
    assert message["data"] == {"event_id": str(UUID(int=1))}
