"""The table of letters keeps what matters for as long as it does."""

from datetime import timedelta

import pytest
from flask import Flask

from dashboard.followers.follow import Consequence, catch_up
from dashboard.followers.mail import desk
from dashboard.followers.mail.limits import GIVEN_UP_AFTER, KNOWN_FOR
from dashboard.followers.mail.queueing import queue_letters
from dashboard.followers.mail.sending import send_due
from dashboard.followers.mail.smtp.outlet import ServerAnswer
from dashboard.log.sealer import seal_all
from models import Letter, LetterState, LoginLog, write_transaction
from models.clock import now
from tests.dashboard.followers.mail.conftest import Deliver
from tests.dashboard.followers.mail.letters import about, change_letters, confirmed, letters, states
from tests.dashboard.followers.notebook import change
from tests.support.servers.mail import Postbox


@pytest.mark.parametrize("state", ["queued", "sending", "held"])
def test_what_waits_for_three_days_is_given_up(postbox: Postbox, deliver: Deliver, state: str) -> None:
    postbox.recipients["alice@example.org"] = "451 later"
    about(confirmed("alice"))
    deliver()
    change_letters(state=state, made_at=now() - GIVEN_UP_AFTER - timedelta(minutes=1), due_at=now())
    assert deliver() == 0
    (letter,) = letters()
    assert (letter.state, letter.code) == ("given_up", 451)


def test_a_clock_that_jumped_gives_nothing_up(
    postbox: Postbox, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.proof.clock.Clock.doubt", lambda _: "the clock is wrong")
    about(confirmed("alice"))
    seal_all()
    catch_up(Consequence("mail", queue_letters))
    change_letters(made_at=now() - GIVEN_UP_AFTER * 2)
    assert deliver() == 1


@pytest.mark.usefixtures("site")
def test_what_ended_long_ago_is_forgotten(deliver: Deliver) -> None:
    about(confirmed("alice"))
    deliver()
    change_letters(made_at=now() - KNOWN_FOR - timedelta(minutes=1))
    deliver()
    assert list(letters()) == []


def test_entries_that_are_delivered_again_lead_to_no_second_letter(
    postbox: Postbox, deliver: Deliver
) -> None:
    about(confirmed("alice"))
    assert deliver() == 1
    change(cursor=0)
    assert deliver() == 0
    assert len(postbox.letters) == 1


def test_entries_that_are_too_old_lead_to_none(postbox: Postbox, deliver: Deliver) -> None:
    about(confirmed("alice"), occurred_at=now() - GIVEN_UP_AFTER - timedelta(minutes=1))
    assert deliver() == 0
    assert list(letters()) == []


def test_a_letter_about_an_entry_that_was_pruned_is_not_written(postbox: Postbox, deliver: Deliver) -> None:
    postbox.recipients["alice@example.org"] = "451 later"
    row = about(confirmed("alice"))
    deliver()
    write_transaction(lambda session: session.delete(session.get_one(LoginLog, row.id)))
    postbox.recipients.clear()
    change_letters(due_at=now())

    assert send_due() == 0
    assert list(letters()) == []


def test_who_took_a_letter_too_long_ago_says_nothing_about_it(app: Flask, postbox: Postbox) -> None:
    row = about(confirmed("alice"))
    seal_all()
    write_transaction(lambda session: session.merge(_letter(row)))
    first = write_transaction(desk.take_next)
    change_letters(due_at=now())
    second = write_transaction(desk.take_next)
    assert isinstance(first, desk.TakenLetter)
    assert isinstance(second, desk.TakenLetter)
    answer = ServerAnswer(250, "late")
    for taken, state in ((first, LetterState.REFUSED), (second, LetterState.SENT)):
        write_transaction(lambda session, t=taken, s=state: desk.end_letter(session, t.letter, s, answer))  # type: ignore[misc]
        assert states() == (["sending"] if taken is first else ["sent"])


def _letter(row: LoginLog) -> object:

    moment = now()
    return Letter(
        event_id=row.event_id, kind="new_device", user_id=row.user_id, made_at=moment, due_at=moment
    )


def test_a_kind_of_another_version_is_dropped(site: Flask, deliver: Deliver) -> None:

    row = about(confirmed("alice"), new_device=False)
    moment = now()
    odd = Letter(event_id=row.event_id, kind="later", user_id=row.user_id, made_at=moment, due_at=moment)
    write_transaction(lambda session: session.add(odd))
    assert (deliver(), list(letters())) == (0, [])


def test_a_letter_that_a_wrong_clock_queued_is_due(postbox: Postbox, deliver: Deliver) -> None:
    about(confirmed("alice"))
    seal_all()
    catch_up(Consequence("mail", queue_letters))
    change_letters(due_at=now() + timedelta(days=365))
    assert deliver() == 1
