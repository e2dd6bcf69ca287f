"""Letters leave once, whatever the server says and whenever a process dies; what it led to is noted."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask, current_app
from sqlalchemy import select, update

from dashboard.followers.follow import Consequence, catch_up
from dashboard.followers.mail import sending
from dashboard.followers.mail.limits import SENDER_LOST, retry_after
from dashboard.followers.mail.queueing import queue_letters
from dashboard.followers.mail.smtp.client import MailServerFailed
from dashboard.log.sealer import seal_all
from dashboard.proof.erase import close_account
from models import Follower, Letter, db, write_transaction
from models.clock import now
from tests.dashboard.followers.mail.conftest import Deliver
from tests.dashboard.followers.mail.letters import (
    about,
    change_letters,
    confirmed,
    letters,
    states,
)
from tests.dashboard.followers.notebook import change
from tests.support.servers.gatehouse import ROOT, SECRET
from tests.support.servers.mail import Postbox
from tests.support.servers.process import free_port

ALICE = "alice@example.org"


def test_a_refused_recipient_is_seen_and_not_asked_again(postbox: Postbox, deliver: Deliver) -> None:
    postbox.recipients[ALICE] = "550 5.1.1 <alice@example.org> is unknown here"
    about(confirmed("alice"))
    about(confirmed("bob"))
    assert deliver() == 1
    refused, sent = letters()
    assert (refused.state, refused.code) == ("refused", 550)
    assert refused.answer == "550 5.1.1 <***@example.org> is unknown here"
    assert (sent.state, sent.answer) == ("sent", "250 2.0.0 kept")
    change_letters(due_at=now())
    assert deliver() == 0
    assert len(postbox.letters) == 1


def test_who_is_put_off_waits_longer_each_time_and_nobody_else_does(
    postbox: Postbox, deliver: Deliver
) -> None:
    postbox.recipients[ALICE] = "451 4.7.1 greylisted"
    about(confirmed("alice"))
    about(confirmed("bob"))
    assert deliver() == 1
    for tries in (1, 2, 3):
        waiting = letters()[0]
        assert (waiting.state, waiting.tries, waiting.code) == ("queued", tries, 451)
        assert timedelta(0) < waiting.due_at - now() <= retry_after(tries)
        assert deliver() == 0
        change_letters(due_at=now())
        deliver()
    del postbox.recipients[ALICE]
    change_letters(due_at=now())
    assert deliver() == 1
    assert states() == ["sent", "sent"]


def test_pauses_grow_to_an_hour() -> None:
    pauses = [retry_after(tries) for tries in range(20)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(minutes=1), timedelta(hours=1))


def test_a_line_that_is_cut_after_the_letter_repeats_it_under_the_same_name(
    postbox: Postbox, deliver: Deliver
) -> None:
    postbox.data[ALICE] = "cut"
    about(confirmed("alice"))
    about(confirmed("bob"))
    with pytest.raises(MailServerFailed, match="hung up"):
        deliver()
    assert states() == ["queued", "queued"]
    assert deliver() == 1  # the other one goes first
    del postbox.data[ALICE]
    change_letters(due_at=now())
    deliver()
    first, _, again = postbox.letters
    assert first["To"] == again["To"]
    assert first["Message-ID"] == again["Message-ID"]
    assert states() == ["sent", "sent"]


def test_a_server_that_is_down_costs_no_letter_and_no_follower(
    site: Flask, postbox: Postbox, deliver: Deliver
) -> None:
    running = current_app.config["SETTINGS"]
    down = running.model_copy(update={"mail_url": f"smtp://127.0.0.1:{free_port()}"})
    current_app.config["SETTINGS"] = down
    about(confirmed("alice"))
    for _ in range(3):
        with pytest.raises(MailServerFailed, match="cannot be reached: Connection refused"):
            deliver()
    assert [(letter.state, letter.tries) for letter in letters()] == [("queued", 0)]
    assert db.session.scalars(select(Follower.failures)).one() == 0
    current_app.config["SETTINGS"] = running
    assert deliver() == 1


def test_while_it_is_paused_nothing_leaves(postbox: Postbox, deliver: Deliver) -> None:
    postbox.recipients[ALICE] = "451 later"
    about(confirmed("alice"))
    deliver()
    del postbox.recipients[ALICE]
    change(paused_at=now())
    change_letters(due_at=now())
    assert (deliver(), states()) == (0, ["queued"])
    change(paused_at=None)
    assert (deliver(), states()) == (1, ["sent"])


def test_without_anything_due_nobody_is_called(site: Flask, deliver: Deliver) -> None:
    down = current_app.config["SETTINGS"].model_copy(update={"mail_url": f"smtp://127.0.0.1:{free_port()}"})
    current_app.config["SETTINGS"] = down
    assert deliver() == 0


def test_a_round_ends_in_time_and_the_next_goes_on(
    postbox: Postbox, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("alice", "bob"):
        about(confirmed(name))
    monkeypatch.setattr(sending, "ROUND_TAKES", -1.0)
    assert deliver() == 0
    monkeypatch.setattr(sending, "ROUND_TAKES", 5.0)
    monkeypatch.setattr(sending, "ROUND", 1)
    assert [deliver(), deliver(), deliver()] == [1, 1, 0]


def test_who_was_erased_meanwhile_gets_none_and_its_row_is_gone(postbox: Postbox, deliver: Deliver) -> None:
    alice = confirmed("alice")
    postbox.recipients[ALICE] = "451 later"
    about(alice)
    deliver()
    close_account(alice.id)
    assert list(letters()) == []
    about(alice)
    assert (deliver(), list(letters())) == (0, [])


def test_many_who_send_at_once_send_each_letter_once(site: Flask, postbox: Postbox, deliver: Deliver) -> None:
    people = [confirmed(f"alice{number}") for number in range(4)]
    for person in people * 5:
        about(person)
    seal_all()
    catch_up(Consequence("mail", queue_letters))

    def send() -> int:
        with site.app_context():
            return sending.send_due()

    with ThreadPoolExecutor(4) as pool:
        sent = sum(pool.map(lambda _: send(), range(4)))
    sent += sending.send_due()
    assert sent == len(postbox.letters) == len({letter["Message-ID"] for letter in postbox.letters}) == 16
    assert sorted(states()) == ["held"] * 4 + ["sent"] * 16


def test_a_letter_that_cannot_be_written_holds_up_no_other(postbox: Postbox, deliver: Deliver) -> None:
    row = about(confirmed("alice"))
    about(confirmed("bob"))
    change_words = {"kind": "trouble", "words": "no json"}
    seal_all()
    catch_up(Consequence("mail", queue_letters))
    odd = update(Letter).where(Letter.event_id == row.event_id).values(**change_words)
    write_transaction(lambda session: session.execute(odd))
    assert sending.send_due() == 1
    assert postbox.letters[0]["To"] == "bob <bob@example.org>"
    (waits,) = [letter for letter in letters() if letter.state == "queued"]
    assert (waits.code, waits.answer) == (sending.OUR_FAULT, sending.UNWRITTEN)


KILLED = """
import os, signal, sys
from dashboard.app import create_app
from dashboard.config.settings import load_settings
from dashboard.followers.follow import Consequence, catch_up
from dashboard.followers.mail import desk, queueing, sending
from models import transaction

url, port, secret, step = sys.argv[1:]
app = create_app(load_settings(
    _env_file=None, database_url=url, secret_key=secret, public_url="https://gate.example.org",
    mail_url=f"smtp://127.0.0.1:{port}", mail_from="Gatehouse <gate@example.org>"))

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

module, name = {
    "before it is queued": (queueing, "_queue"), "before it is taken": (desk, "take_next"),
    "before it is written": (sending, "_written"), "after it was accepted": (desk, "end_letter"),
}[step]
setattr(module, name, die)
with app.app_context():
    catch_up(Consequence("mail", queueing.queue_letters))
    sending.send_due()
"""
STEPS = ["before it is queued", "before it is taken", "before it is written", "after it was accepted"]


@pytest.mark.parametrize("step", STEPS)
def test_a_letter_whose_sender_was_killed_is_sent_again_under_the_same_name(
    site: Flask, database_url: str, postbox: Postbox, deliver: Deliver, step: str
) -> None:
    about(confirmed("alice"))
    seal_all()
    arguments = [database_url, str(postbox.port), SECRET, step]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    deliver()
    if step in STEPS[2:]:
        (letter,) = letters()
        assert letter.state == "sending"
        assert timedelta(0) < letter.due_at - now() <= SENDER_LOST
        change_letters(due_at=now())
        deliver()
    assert states() == ["sent"]
    assert len(postbox.letters) == (2 if step == "after it was accepted" else 1)
    assert len({letter["Message-ID"] for letter in postbox.letters}) == 1
