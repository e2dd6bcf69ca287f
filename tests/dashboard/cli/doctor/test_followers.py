"""``doctor`` tells of followers that fail or are late."""

from datetime import timedelta

import pytest
from flask import Flask

from dashboard.cli.checks import Bad
from dashboard.cli.doctor.followers import check_followers
from dashboard.followers.follow import begin, catch_up
from dashboard.followers.webhooks.failures import in_english
from dashboard.followers.webhooks.outbox import follower_name
from models import WebhookTrouble
from models.clock import now
from tests.dashboard.followers.notebook import Notebook, begun, change, some_entries
from tests.dashboard.followers.webhooks.hook import hooked


def test_none_follows(app: Flask) -> None:
    assert check_followers() == "none follows"


def test_one_that_is_late_is_told_until_it_has_caught_up(app: Flask) -> None:
    begun()
    some_entries(3)
    with pytest.raises(Bad, match=r"notebook is 3 entries behind, the oldest waits for [0-9]+ "):
        check_followers()
    catch_up(Notebook().consequence())
    assert check_followers() == "up to date: notebook"


def test_one_that_fails_is_told_with_its_last_line(app: Flask) -> None:
    begun()
    change(failing_since=now() - timedelta(hours=5), failures=7, last_error="  File x\nOSError: disk full")
    with pytest.raises(Bad, match=r"^notebook has been failing for 5 h, 7 times: OSError: disk full$"):
        check_followers()


def test_a_webhook_is_told_by_its_name_and_in_words(app: Flask) -> None:
    row = hooked("https://hooks.example/")
    why = in_english(WebhookTrouble.NO_NAME)
    begin(follower_name(row.id), now())
    change(failing_since=now(), failures=1, last_error=f"DeliveryFailed: {why}")
    told = r"^webhook “siem” has been failing for .*, 1 times: Its name was not found\.$"
    with pytest.raises(Bad, match=told):
        check_followers()


def test_one_that_is_paused_is_meant_to_be(app: Flask) -> None:
    begun()
    some_entries(3)
    change(paused_at=now(), failing_since=now(), failures=1)
    assert check_followers() == "none follows"
