"""How the letters stand, as the page of followers tells it."""

import pytest
from flask import Flask, current_app

from dashboard.followers.mail.sending import send_due
from dashboard.followers.mail.smtp.client import MailServerFailed
from dashboard.followers.mail.standing import mail_standing
from models import db
from models.clock import now
from tests.dashboard.followers.mail.conftest import Deliver
from tests.dashboard.followers.mail.letters import about, confirmed, letters
from tests.support.servers.mail import Postbox
from tests.support.servers.process import free_port


def test_without_letters_all_is_zero(app: Flask) -> None:
    found = mail_standing(db.session())
    counts = (found.waiting, found.held, found.sent, found.refused, found.given_up)
    assert counts == (0, 0, 0, 0, 0)
    assert (found.oldest, found.refusal, found.refused_at) == (None, None, None)
    assert found.trouble is None


def test_what_waits_and_what_was_refused_is_counted_and_names_nobody(
    postbox: Postbox, deliver: Deliver
) -> None:
    postbox.recipients["alice@example.org"] = "550 no <alice@example.org>"
    postbox.recipients["bob@example.org"] = "451 later"
    for name in ("alice", "bob", "carol"):
        about(confirmed(name))
    carol = confirmed("carol2")
    for _ in range(6):
        about(carol)
    deliver()
    found = mail_standing(db.session())
    assert (found.waiting, found.held, found.sent, found.refused) == (1, 2, 5, 1)
    assert found.refusal == "550 no <***@example.org>"
    assert found.trouble == "451 later"
    assert found.refused_at is not None
    assert found.oldest is not None
    assert found.oldest <= now()


def test_that_the_server_cannot_be_reached_is_told_while_letters_wait(
    postbox: Postbox, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    about(confirmed("alice"))
    nowhere = f"smtp://127.0.0.1:{free_port()}"
    settings = current_app.config["SETTINGS"]
    monkeypatch.setitem(current_app.config, "SETTINGS", settings.model_copy(update={"mail_url": nowhere}))
    with pytest.raises(MailServerFailed):
        deliver()
    found = mail_standing(db.session())
    assert (found.waiting, found.trouble) == (1, f"{nowhere[7:]} cannot be reached: Connection refused")
    assert [letter.tries for letter in letters()] == [0]
    monkeypatch.undo()
    assert send_due() == 1
    assert mail_standing(db.session()).trouble is None
