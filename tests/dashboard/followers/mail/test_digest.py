"""Nobody gets more than four letters an hour: the rest comes as one at its end."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from dashboard.followers.mail.limits import EACH_HOUR, HOUR_LASTS
from models import Letter, User, write_transaction
from models.clock import now
from tests.dashboard.followers.mail.conftest import Deliver, deliver_all
from tests.dashboard.followers.mail.letters import (
    about,
    asked_for_link,
    confirmed,
    letters,
    registered,
    states,
)
from tests.support.actions import make_user
from tests.support.servers.mail import Postbox, text_of_letter


def hour_ends() -> None:
    """Let an hour pass for all letters."""
    for letter in letters():
        ended = letter.ended_at and letter.ended_at - HOUR_LASTS
        change_letters_of(letter.event_id, due_at=letter.due_at - HOUR_LASTS, ended_at=ended)


def change_letters_of(event_id: object, **columns: object) -> None:

    these = update(Letter).where(Letter.event_id == event_id)
    write_transaction(lambda session: session.execute(these.values(**columns)))


def test_what_comes_after_the_fourth_within_an_hour_is_one_digest_at_its_end(
    postbox: Postbox, deliver: Deliver
) -> None:
    alice, bob = confirmed("alice"), confirmed("bob")
    for number in range(7):
        about(alice, ip=f"203.0.113.{number}")
    about(bob)
    assert deliver() == EACH_HOUR + 1
    assert sorted(states()) == ["held"] * 3 + ["sent"] * 5
    assert deliver() == 0
    hour_ends()
    assert deliver() == 1
    digest = postbox.letters[-1]
    assert (digest["To"], digest["Subject"]) == ("alice <alice@example.org>", "3 more messages")
    for kind in ("plain", "html"):
        text = text_of_letter(digest, kind)
        assert text.count("New sign-in to your account") == 3
        assert [f"203.0.113.{number}" in text for number in range(7)] == [False] * 4 + [True] * 3
    assert sorted(states()) == ["digested"] * 3 + ["sent"] * 6
    hour_ends()
    assert deliver() == 0


def test_one_that_was_held_alone_comes_as_itself(postbox: Postbox, deliver: Deliver) -> None:
    alice = confirmed("alice")
    for _ in range(5):
        about(alice)
    deliver()
    hour_ends()
    assert deliver() == 1
    assert postbox.subjects == ["New sign-in to your account"] * 5


@pytest.mark.usefixtures("site")
def test_a_flood_is_four_letters_and_a_digest_an_hour(postbox: Postbox, deliver: Deliver) -> None:
    alice = confirmed("alice")
    for hour in range(3):
        for _ in range(30):
            about(alice)
        for _ in range(3):
            deliver()
        assert len(postbox.letters) <= 5 * (hour + 1)
        hour_ends()


def test_a_link_is_in_the_digest_too(postbox: Postbox, deliver: Deliver) -> None:
    zoe = make_user("zoe")
    registered(zoe)
    for _ in range(5):
        asked_for_link(zoe)
    deliver()
    hour_ends()
    deliver()
    assert "/email/confirm/" in text_of_letter(postbox.letters[-1])


def test_a_digest_leaves_out_what_its_reader_may_not_get_any_more(postbox: Postbox, deliver: Deliver) -> None:
    zoe = make_user("zoe")
    for _ in range(7):
        asked_for_link(zoe)
    deliver()
    confirm(zoe)
    hour_ends()
    assert deliver() == 0
    assert len(postbox.letters) == 4


def confirm(user: User) -> None:

    these = update(User).where(User.id == user.id).values(email_confirmed_at=now())
    write_transaction(lambda session: session.execute(these))


def test_nothing_held_is_lost_by_a_restart(site: Flask, postbox: Postbox, deliver: Deliver) -> None:
    alice = confirmed("alice")
    for _ in range(6):
        about(alice)
    deliver()
    hour_ends()
    with site.app_context():  # what another process finds
        assert deliver_all() == 1
    assert postbox.subjects[-1] == "2 more messages"
    assert timedelta(0) < HOUR_LASTS


def test_a_digest_of_a_flood_is_short_and_says_how_many_there_were(
    postbox: Postbox, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.followers.mail.desk.MOST_LISTED", 3)
    alice = confirmed("alice")
    for _ in range(EACH_HOUR + 10):
        about(alice)
    deliver()
    hour_ends()
    assert deliver() == 1
    digest = postbox.letters[-1]
    text = text_of_letter(digest)
    assert digest["Subject"] == "10 more messages"
    assert (text.count("* New sign-in"), "7 more like these." in text) == (3, True)


def test_letters_that_a_wrong_clock_sent_fill_no_hour(postbox: Postbox, deliver: Deliver) -> None:
    alice = confirmed("alice")
    for _ in range(EACH_HOUR):
        about(alice)
    deliver()
    for letter in letters():
        change_letters_of(letter.event_id, ended_at=now() + timedelta(days=365))
    about(alice)
    assert deliver() == 1
