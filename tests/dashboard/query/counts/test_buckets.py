"""A period is cut as people cut it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.query.counts.buckets import MAX_BARS, QUARTER, edges

ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"]
moments = st.datetimes(datetime(1975, 1, 1), datetime(2900, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, st.timedeltas(timedelta(microseconds=1), timedelta(days=36_500)), st.sampled_from(ZONES))
def test_bars_are_few_follow_each_other_and_cover_the_period(start, length, zone):
    found = edges(start, start + length, ZoneInfo(zone))
    assert 2 <= len(found) <= MAX_BARS + 1
    assert start - QUARTER < found[0] <= start
    assert start + length <= found[-1] < start + length + QUARTER
    assert all(this < following for this, following in pairwise(found))
    assert all(edge.minute % 15 == edge.second == edge.microsecond == 0 for edge in found)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-03-29", "Europe/Berlin", 23),
        ("2026-10-25", "Europe/Berlin", 25),
        ("2026-11-22", "Asia/Kathmandu", 24),
        ("2018-11-04", "America/Sao_Paulo", 23),
        ("2026-04-05", "Australia/Lord_Howe", 24.5),
    ],
)
def test_a_day_of_any_length_has_its_own_bars(day, zone, hours):
    zone = ZoneInfo(zone)
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone)
    found = edges(noon - timedelta(days=20), noon + timedelta(days=20), zone)
    of_day = [edge for edge in found if edge.astimezone(zone).date() == noon.date()]
    following = found[found.index(of_day[-1]) + 1]
    assert following - of_day[0] == timedelta(hours=hours)


def test_weeks_begin_on_monday():
    found = edges(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), ZoneInfo("Asia/Tokyo"))
    assert {edge.astimezone(ZoneInfo("Asia/Tokyo")).weekday() for edge in found[1:-1]} == {0}
