"""Admins hear of troubles once, once a day while they last, and when they are over."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import update

from dashboard.background import schedule
from dashboard.background.thread_state import Health, ThreadState
from dashboard.followers.mail.incidents import OVER_AFTER, TOLD_AFTER, TOLD_EVERY, tell_troubles
from dashboard.followers.mail.sending import send_due
from models import Follower, Incident, QuarantinedEntry, Role, User, write_transaction
from models.clock import now
from tests.dashboard.followers.mail.letters import change_letters
from tests.support.actions import make_user
from tests.support.servers.mail import Postbox, text_of_letter


@pytest.fixture(autouse=True)
def admins(site: Flask) -> None:
    """Two admins, one of whom confirmed the address, and others."""
    make_user("audrey", Role.AUDITOR, email_confirmed_at=now())
    make_user("gone", Role.ADMIN, email_confirmed_at=now(), disabled=True)
    make_user("ada", Role.ADMIN, email_confirmed_at=now())
    make_user("ben", Role.ADMIN)


def fail(since: timedelta | None, error: str = "Trace\nDeliveryFailed: the disk is full") -> None:
    """Have the follower "mail" failing since then, or not at all."""
    failing = None if since is None else now() - since
    row = update(Follower).values(failing_since=failing, last_error=error)
    write_transaction(lambda session: session.execute(row))


def pass_time(time: timedelta) -> None:
    """Let the incidents that are known be older, and their letters."""
    moved = update(Incident).values(seen_at=now() - time, told_at=now() - time)
    write_transaction(lambda session: session.execute(moved))
    change_letters(ended_at=now() - time)


def look() -> int:
    tell_troubles()
    return send_due()


def test_a_follower_that_fails_for_long_is_told_once_and_then_daily(postbox: Postbox) -> None:
    fail(TOLD_AFTER / 2)
    assert look() == 0
    fail(TOLD_AFTER * 2)
    assert [look(), look(), look()] == [1, 0, 0]
    (letter,) = postbox.letters
    assert (letter["To"], letter["Subject"]) == ("ada <ada@example.org>", "Trouble: mail is behind")
    text = text_of_letter(letter)
    assert "Last error: the disk is full" in text
    assert "https://gate.example.org/admin/followers/" in text
    pass_time(TOLD_EVERY / 2)
    assert look() == 0
    pass_time(TOLD_EVERY + timedelta(minutes=1))
    assert [look(), look()] == [1, 0]


def test_that_it_works_again_is_told_once(postbox: Postbox) -> None:
    fail(TOLD_AFTER * 2)
    look()
    fail(None)
    assert look() == 0  # another process may still see it
    pass_time(OVER_AFTER + timedelta(seconds=1))
    assert [look(), look()] == [1, 0]
    assert postbox.subjects == ["Trouble: mail is behind", "Over: mail is behind"]
    fail(TOLD_AFTER * 2)
    assert look() == 1  # another one


def test_one_that_is_paused_is_no_trouble() -> None:
    fail(TOLD_AFTER * 2)
    write_transaction(lambda session: session.execute(update(Follower).values(paused_at=now())))
    assert look() == 0


def test_where_no_address_is_confirmed_all_admins_hear(postbox: Postbox) -> None:
    none = update(User).values(email_confirmed_at=None)
    write_transaction(lambda session: session.execute(none))
    fail(TOLD_AFTER * 2)
    assert look() == 2
    assert {letter["To"].addresses[0].username for letter in postbox.letters} == {"ada", "ben"}


def test_rows_that_are_not_ours_are_told_once_until_they_are_gone(postbox: Postbox) -> None:
    row = QuarantinedEntry(moved_at=now(), why="no mac", **{"event_id": uuid4(), "occurred_at": now()})
    facts = {"action": "login", "outcome": "success", "source": "gatehouse"}
    for name, value in facts.items():
        setattr(row, name, value)
    write_transaction(lambda session: session.add(row))
    assert [look(), look()] == [1, 0]
    pass_time(TOLD_EVERY * 2)
    assert look() == 0
    write_transaction(lambda session: session.query(QuarantinedEntry).delete())
    pass_time(OVER_AFTER * 2)
    assert look() == 1
    assert [subject.partition(":")[0] for subject in postbox.subjects] == ["Trouble", "Over"]


@pytest.mark.parametrize(
    ("seconds", "error", "told"), [(5, "Broken", 1), (5, "NotWritten", 0), (700, "NotWritten", 1)]
)
def test_a_record_in_doubt_is_told(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch, seconds: float, error: str, told: int
) -> None:
    state = ThreadState("watch", Health.FAILING, seconds, 1, error)
    monkeypatch.setattr(schedule, "states", lambda _: [state, ThreadState("sealer")])
    assert look() == told
    assert postbox.subjects == ["Trouble: the record is in doubt"] * told
    if told:
        assert f"Last error: watch: {error}" in text_of_letter(postbox.letters[0])


def test_a_wild_name_or_error_of_a_follower_harms_no_letter(postbox: Postbox) -> None:
    wild = "x\r\nBcc: everybody@example.org <script>"
    write_transaction(lambda session: session.execute(update(Follower).values(name=wild)))
    fail(TOLD_AFTER * 2, error="\n\n\x00\x1b" + "y" * 3000)
    assert look() == 1
    (letter,) = postbox.letters
    assert letter["Bcc"] is None
    assert "<script>" not in text_of_letter(letter, "html")


def test_what_a_wrong_clock_told_is_told_again_and_ends(postbox: Postbox) -> None:
    fail(TOLD_AFTER * 2)
    assert look() == 1
    pass_time(-timedelta(days=365))
    assert look() == 1
    fail(None)
    pass_time(-timedelta(days=365))
    assert look() == 1
    assert postbox.letters[-1]["Subject"] == "Over: mail is behind"
