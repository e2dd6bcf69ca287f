"""Append: one event, one row."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from auth.events import AuthEvent, Client, Subject
from dashboard.log.recorder import MAX_DETAIL, canonical, name_ref, record
from models import Action, LoginLog, Outcome, write_transaction
from tests.support.actions import entries
from tests.support.app import running

WHERE = Client("10.0.0.7", "192.0.2.1", "Curl/8", "Curl 8", "Linux", "Phone", "r1")


def event(subject: Subject, **facts: object) -> AuthEvent:
    """Return an event about somebody."""
    facts = {"action": Action.LOG_EXPORT, "outcome": Outcome.SUCCESS, "client": WHERE} | facts
    return AuthEvent(subject=subject, **facts)


def recorded(event: AuthEvent, actor: Subject | None = None) -> LoginLog:
    """Record an event and return its row."""
    write_transaction(partial(record, event=replace(event, actor=actor)))
    return entries()[-1]


def test_a_row_holds_all_of_its_event(app: Flask) -> None:
    moment, ref = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC), uuid4()
    told = event(
        Subject("Zoë", 7), occurred_at=moment, session_ref=ref, auth_method="totp", detail={"rows": 3}
    )
    row = recorded(told)
    assert (row.event_id, row.occurred_at, row.session_ref) == (told.event_id, moment, ref)
    assert (row.user_id, row.username, row.username_key, row.auth_method) == (7, "Zoë", "zoë", "totp")
    assert (row.action, row.outcome, row.reason) == ("log_export", "success", None)
    kept = Client(row.ip, row.peer_ip, row.user_agent, row.browser, row.os, row.device, row.request_id)
    assert (kept, row.detail) == (WHERE, '{"rows":3}')
    assert (row.seq, row.chain, row.place, row.person) == (None,) * 4
    assert {len(row.place_nonce or b""), len(row.person_nonce or b"")} == {16}
    assert len(row.mac or b"") == 32
    assert (row.source, row.new_device) == ("gatehouse", None)


def test_somebody_else_may_have_done_it(app: Flask) -> None:
    row = recorded(event(Subject("alice", 7)), Subject("admin", 1))
    assert (row.username, row.actor_name, row.actor_id) == ("alice", "admin", 1)


@pytest.mark.parametrize("name", ["hunter2", "", "\x00", "😀", "a" * 5000, "' --"])
def test_a_name_without_an_account_is_masked(app: Flask, name: str) -> None:
    row = recorded(event(Subject(name)))
    assert row.username in (f"{name[:1]}***", "***")
    assert (row.user_id, row.username_key, len(row.name_ref or b"")) == (None, None, 16)


def test_an_event_enters_once(app: Flask) -> None:
    told = event(Subject("alice", 7))
    recorded(told)
    with pytest.raises(IntegrityError):
        recorded(told)
    assert len(entries()) == 1


def test_every_row_has_a_nonce_of_its_own(app: Flask) -> None:
    rows = [recorded(event(Subject("alice", 7))) for _ in range(3)]
    assert len({nonce for row in rows for nonce in (row.place_nonce, row.person_nonce)}) == 6


def test_a_name_ref_needs_the_secret(sqlite_url: str) -> None:
    refs = []
    for _ in range(2):
        with running(sqlite_url) as app:
            refs.append(name_ref("alice"))
    with running(sqlite_url) as app:
        app.config["SECRET_KEY"] = "another secret of 32 bytes or so"
        refs.append(name_ref("alice"))
    assert refs[0] == refs[1] != refs[2]
    assert {len(ref) for ref in refs} == {16}


@pytest.mark.parametrize(
    ("key", "ref"),
    [("alice", "01225642a2240ebbcd5e82ac12cd36ab"), ("李娜", "c6b4b00cbaa0e3d4dde8b64e83100ae2")],
)
def test_a_name_ref_stays_the_same_for_ever(sqlite_app: Flask, key: str, ref: str) -> None:
    """Else no name of an older entry is ever found again; the values are of OpenSSL.

    ``printf 'gatehouse name_ref 1' | openssl dgst -sha256 -hmac "$SECRET"`` is the key of the second HMAC.
    """
    assert name_ref(key).hex() == ref


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=9,
)


@given(st.dictionaries(st.text(max_size=5), json_values, min_size=1, max_size=5))
def test_detail_reads_back_and_has_one_form(detail: dict[str, object]) -> None:
    text = canonical(detail)
    assert text is not None
    assert json.loads(text) == detail
    assert canonical(dict(reversed(detail.items()))) == text


@pytest.mark.parametrize("detail", [None, {}])
def test_no_detail_is_none(detail: dict[str, object] | None) -> None:
    assert canonical(detail) is None


@pytest.mark.parametrize(("letter", "bytes_"), [("a", 1), ("é", 2), ("😀", 4)])
def test_detail_has_at_most_four_kibibytes(letter: str, bytes_: int) -> None:
    room = (MAX_DETAIL - len('{"q":""}')) // bytes_
    assert canonical({"q": letter * room})
    with pytest.raises(ValueError, match="4 KiB"):
        canonical({"q": letter * (room + 1)})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"x"])
def test_detail_is_plain_json(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        canonical({"x": value})
