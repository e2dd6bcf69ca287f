"""The browser is given the offsets that the server tells times by."""

import json
import re
from bisect import bisect_right
from datetime import UTC, datetime
from operator import itemgetter
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from auth.pages.offsets import FIRST_YEAR, LAST_YEAR, offsets
from models import User

ZONES = ["UTC", "America/Vancouver", "Africa/Casablanca", "America/Havana", "Australia/Lord_Howe"]
moments = st.datetimes(
    FIRST_YEAR.replace(tzinfo=None), LAST_YEAR.replace(tzinfo=None), timezones=st.just(UTC)
)


@given(moments, st.sampled_from(ZONES))
def test_they_are_those_of_the_zone(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    given_offsets = offsets(zone)
    _, seconds = given_offsets[bisect_right(given_offsets, moment.timestamp(), key=itemgetter(0)) - 1]

    assert seconds == moment.astimezone(zone).utcoffset().total_seconds()  # type: ignore[union-attr]


def test_a_change_is_told_to_the_second() -> None:
    last = datetime(2026, 3, 8, 10, tzinfo=UTC)

    assert (int(last.timestamp()), -7 * 3600) in offsets(ZoneInfo("America/Vancouver"))
    assert offsets(ZoneInfo("America/Vancouver"))[-1] == (int(last.timestamp()), -7 * 3600)


@pytest.mark.parametrize("page", ["/admin/live/", "/admin/logins/"])
def test_pages_that_tell_times_have_them(auditor: User, client: FlaskClient, page: str) -> None:
    text = client.get(page, query_string={"tz": "America/Vancouver"}).text
    (told,) = re.findall('id="offsets">([^<]+)<', text)

    assert json.loads(told)[-1][1] == -7 * 3600
