"""A site whose webhooks may go to loopback, an admin of it, and a receiver."""

from collections.abc import Iterator

import pytest
from flask import Flask

from models import Role
from tests.dashboard.followers.webhooks.hook import open_site
from tests.dashboard.panel.followers.webhook_pages import signed_in
from tests.support.actions import AuthActions
from tests.support.servers.receiver import Receiver, receiving


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Flask]:
    with open_site(sqlite_url) as app:
        yield app


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def admin(site: Flask) -> AuthActions:
    """An admin who is signed in."""
    return signed_in(site, Role.ADMIN)
