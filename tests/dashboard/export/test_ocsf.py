"""Events of the Open Cybersecurity Schema Framework: valid, and nothing of an entry is lost."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.export import jsonl, ocsf
from dashboard.export.fields import FIELDS
from dashboard.export.ocsf_activities import ACTIVITIES, OTHER
from models import Action, Outcome, Reason
from tests.dashboard.export.ocsf_schema import faults_of, published
from tests.dashboard.export.values import details, texts

Fields = dict[str, Any]
READ_OR_PURGED = ("log_view", "log_export", "log_purge", "address_purge")
NOBODY: Fields = dict.fromkeys(FIELDS) | {
    "seq": 7,
    "event_id": str(UUID(int=1)),
    "occurred_at": "2026-11-22T14:57:30.000005+00:00",
    "action": "login",
    "outcome": "success",
    "source": "gatehouse",
}
ALICE = NOBODY | {"username": "alice", "user_id": 3, "ip": "10.0.0.7", "session_ref": str(UUID(int=9))}


def entries() -> st.SearchStrategy[Fields]:
    """Return the fields of any entry."""
    texted = {name: st.none() | texts(20) for name in ("user_agent", "browser", "os", "device", "request_id")}
    named = {name: st.none() | texts(64).filter(bool) for name in ("username", "actor_name", "auth_method")}
    numbers, moments = st.integers(1, 2**63 - 1), st.datetimes(datetime(1970, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001
    rest = {
        "seq": numbers,
        "event_id": st.uuids().map(str),
        "occurred_at": moments.map(lambda time: time.isoformat(timespec="microseconds")),
        "action": st.sampled_from(Action).map(str),
        "outcome": st.sampled_from(Outcome).map(str),
        "reason": st.none() | st.sampled_from(Reason).map(str),
        "user_id": st.none() | numbers,
        "asn": st.none() | st.integers(1, 2**32 - 1),
        "ip": st.none() | st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str),
        "country": st.none() | st.sampled_from(["DE", "CN", "NO"]),
        "session_ref": st.none() | st.uuids().map(str),
        "source": st.sampled_from(["gatehouse", "billing"]),
        "new_device": st.none() | st.booleans(),
        "detail": details().map(lambda text: text and json.loads(text)),
    }
    row = st.fixed_dictionaries(texted | named | rest)
    return row.map(lambda fields: {name: fields[name] for name in FIELDS})


def entry_of(event: dict[str, Any]) -> Fields:
    """Return the fields of the entry that an event tells of."""
    unmapped, actor, endpoint = event["unmapped"], event.get("actor", {}), event.get("src_endpoint", {})
    is_datastore = event["class_uid"] == 6005
    user = event["user"] if not is_datastore else {} if "actor_name" in unmapped else actor.get("user", {})
    actor_name = unmapped.get("actor_name") if is_datastore else actor.get("user", {}).get("name")
    session, request = event.get("session") or actor.get("session", {}), event.get("http_request", {})
    told = {
        "seq": event["metadata"]["sequence"],
        "event_id": event["metadata"]["uid"],
        "occurred_at": event["time_dt"],
        "outcome": event["status"].lower(),
        "reason": event.get("status_detail"),
        "username": user.get("name") or None,
        "user_id": int(user["uid"]) if "uid" in user else None,
        "actor_name": actor_name,
        "ip": endpoint.get("ip"),
        "country": endpoint.get("location", {}).get("country"),
        "asn": endpoint.get("autonomous_system", {}).get("number"),
        "user_agent": request.get("user_agent"),
        "session_ref": session.get("uid"),
        "request_id": request.get("uid"),
        "source": event["metadata"]["source"],
        "new_device": event.get("is_new_logon"),
    }
    found: Fields = dict.fromkeys(FIELDS) | told | unmapped
    return {name: found[name] for name in FIELDS}


@given(entries())
def test_an_event_is_valid_and_its_entry_can_be_told_from_it(fields: Fields) -> None:
    event = json.loads(ocsf.ocsf_line(fields))
    assert faults_of(event) == []
    assert jsonl.json_line(entry_of(event)) == jsonl.json_line(fields)


@pytest.mark.parametrize(
    "detail", [{"old": None, "new": {}}, {"a": [None, {}, ""]}, {"from": "", "to": None}, {}]
)
def test_what_is_null_or_empty_in_a_detail_stays(detail: dict[str, object]) -> None:
    assert ocsf.event(ALICE | {"detail": detail})["unmapped"]["detail"] == detail


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("action", Action)
def test_every_action_is_named_as_the_schema_names_it(action: str, outcome: str) -> None:
    for whose in (NOBODY, ALICE):
        event = ocsf.event(whose | {"action": action, "outcome": outcome})
        assert faults_of(event) == []
        assert event["unmapped"]["action"] == action
        (known,) = [one for one in published()["classes"].values() if one["uid"] == event["class_uid"]]
        caption = known["attributes"]["activity_id"]["enum"][str(event["activity_id"])]["caption"]
        named = known["attributes"]["type_uid"]["enum"][str(event["type_uid"])]["caption"]
        assert event["activity_name"] == (action if event["activity_id"] == OTHER else caption)
        assert (event["type_name"], event["class_name"]) == (named, known["caption"])
        assert event["category_name"] == published()["categories"]["attributes"][known["category"]]["caption"]


def test_every_action_has_its_place_and_no_other() -> None:
    assert set(ACTIVITIES) == set(Action)


@pytest.mark.parametrize("action", [action for action in Action if action in READ_OR_PURGED])
def test_what_was_done_to_the_book_is_no_authentication(action: str) -> None:
    event = ocsf.event(ALICE | {"action": action, "outcome": "failure", "reason": "aborted"})
    assert (event["class_uid"], event["activity_name"]) == (6005, "Delete" if "purge" in action else "Read")
    assert event["actor"]["user"] == {"uid": "3", "name": "alice"}
    assert event["actor"]["session"] == {"uid": ALICE["session_ref"]}
    assert event["table"] == {"name": "login_log"}
    assert "user" not in event


def test_a_sign_in_is_an_authentication_event() -> None:
    event = ocsf.event(
        ALICE | {"outcome": "failure", "reason": "invalid_password", "country": "DE", "asn": 64500}
    )
    assert (event["class_uid"], event["activity_id"], event["type_uid"]) == (3002, 1, 300201)
    assert (event["status_id"], event["status_detail"]) == (2, "invalid_password")
    assert event["user"] == {"uid": "3", "name": "alice"}
    assert event["session"] == {"uid": ALICE["session_ref"]}
    assert event["src_endpoint"] == {
        "ip": "10.0.0.7",
        "location": {"country": "DE"},
        "autonomous_system": {"number": 64500},
    }
    assert (event["time"], event["metadata"]["sequence"]) == (1795359450000, 7)
    assert event["service"]
    assert "actor" not in event


def test_a_change_by_an_admin_tells_who_was_changed_and_who_did_it() -> None:
    event = ocsf.event(ALICE | {"action": "account_lock", "actor_name": "root"})
    assert (event["class_uid"], event["type_name"]) == (3001, "Account Change: Lock")
    assert event["user"] == {"uid": "3", "name": "alice"}
    assert event["actor"] == {"user": {"name": "root"}, "session": {"uid": ALICE["session_ref"]}}


@pytest.mark.parametrize("action", Action)
def test_of_an_erased_person_only_the_number_is_left(action: str) -> None:
    event = ocsf.event(NOBODY | {"user_id": 3, "action": action, "country": "DE"})
    assert (event.get("user") or event["actor"]["user"]) == {"uid": "3"}
    assert faults_of(event) == []


@pytest.mark.parametrize("action", Action)
def test_nobody_gets_no_name(action: str) -> None:
    event = ocsf.event(NOBODY | {"action": action})
    named = [event.get("user", {}), event.get("actor", {}).get("user", {})]
    assert [name for one in named for name in one.values() if name] == []
    assert "unknown" not in json.dumps(event).lower()
