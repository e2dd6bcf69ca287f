"""How a follower stands is told in words for operators."""

import pytest
from flask import Flask

from dashboard.followers.standing import ROUND_LASTS, FollowerStanding, last_words, standings, title_of
from dashboard.followers.webhooks.outbox import follower_name
from models import Follower, db
from tests.dashboard.followers.notebook import NAME, begun, some_entries
from tests.dashboard.followers.webhooks.hook import hooked


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (None, ""),
        ("", ""),
        ("  File x\n    call()\nDeliveryFailed: the disk is full", "the disk is full"),
        ("  File x\nOSError: [Errno 5] no\n", "OSError: [Errno 5] no"),
        ("ValueError", "ValueError"),
    ],
)
def test_the_last_words_are_those_of_the_error(kept: str | None, words: str) -> None:
    assert last_words(Follower(name=NAME, last_error=kept)) == words


def test_a_webhook_is_called_by_its_name_and_others_by_their_own(app: Flask) -> None:
    row = hooked("https://hooks.example/")
    assert title_of(db.session(), follower_name(row.id)) == "webhook “siem”"
    for name in (NAME, follower_name(row.id + 1), "webhook:", "webhook:x"):
        assert title_of(db.session(), name) == name


def test_what_came_in_this_round_does_not_make_it_late(app: Flask) -> None:
    begun()
    some_entries(2)
    (found,) = standings(db.session())
    assert (found.behind, found.is_behind) == (2, True)
    assert not FollowerStanding(found.row, 2, ROUND_LASTS / 2).is_behind
    assert not FollowerStanding(found.row, 0, 0.0).is_behind
