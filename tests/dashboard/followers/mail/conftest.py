"""A site with a mail server, and what it sends."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from dashboard.followers.follow import Consequence, begin, catch_up
from dashboard.followers.mail.queueing import queue_letters
from dashboard.followers.mail.sending import send_due
from dashboard.log.sealer import seal_all
from models.clock import now
from tests.support.app import running
from tests.support.servers.mail import Postbox, mail_server

SENDER = "Gatehouse <gate@example.org>"
Deliver = Callable[[], int]


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """A mail server on this machine."""
    with mail_server() as postbox:
        yield postbox


@pytest.fixture
def site(database_url: str, postbox: Postbox) -> Iterator[Flask]:
    """The app with that mail server; no background thread runs."""
    settings = {"mail_url": f"smtp://127.0.0.1:{postbox.port}", "mail_from": SENDER}
    with running(database_url, public_url="https://gate.example.org", **settings) as app:
        begin("mail", now() - timedelta(days=400))
        yield app


@pytest.fixture
def deliver(site: Flask) -> Deliver:
    """Seal, follow and send all that is due; return how many letters were accepted."""
    return deliver_all


def deliver_all() -> int:
    """Do what the background does."""
    seal_all()
    catch_up(Consequence("mail", queue_letters))
    return send_due()
