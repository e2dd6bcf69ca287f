"""A site and a receiver for the tests of webhooks."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.dashboard.followers.webhooks.hook import open_site
from tests.support.servers.receiver import Receiver, receiving


@pytest.fixture
def site(database_url: str) -> Iterator[Flask]:
    """The app on each database, from which webhooks may go to loopback."""
    with open_site(database_url) as app:
        yield app


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with receiving() as receiver:
        yield receiver
