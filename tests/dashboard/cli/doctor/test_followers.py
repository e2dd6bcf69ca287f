"""``doctor`` tells of followers that fail or are late."""

from datetime import timedelta

import pytest
from flask import Flask

from dashboard.cli.checks import Bad
from dashboard.cli.doctor.followers import check_followers
from dashboard.followers.follow import catch_up
from models.clock import now
from tests.dashboard.followers.notebook import Notebook, begun, change, some_entries


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


def test_one_that_is_paused_is_meant_to_be(app: Flask) -> None:
    begun()
    some_entries(3)
    change(paused_at=now(), failing_since=now(), failures=1)
    assert check_followers() == "none follows"
