"""Times are told in words and exactly, in the viewer's zone and language."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from auth.pages import times
from auth.pages.times import PageTime

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, UTC)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon in Greenwich, 20:00 in Shanghai."""
    monkeypatch.setattr(times, "now", lambda: NOON)


def tell(app: Flask, how: Callable[[PageTime, datetime], str], back: timedelta, **headers: str) -> str:
    """Return what a clock says of a moment before noon to a viewer in Shanghai."""
    with app.test_request_context("/?tz=Asia/Shanghai", headers=headers):
        return how(times.page_time(), NOON - back)


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=2, seconds=10), "2 min. ago"),
        (timedelta(hours=3), "3 hr. ago"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=400), "1 yr. ago"),
        (timedelta(seconds=-59), "now"),
        (timedelta(minutes=-20), "in 20 min."),
        (timedelta(days=-3653), "in 10 yr."),
    ],
)
def test_ago(app: Flask, back: timedelta, words: str) -> None:
    assert tell(app, PageTime.ago, back) == words


def test_ago_speaks_chinese(app: Flask) -> None:
    assert tell(app, PageTime.ago, timedelta(minutes=2), **{"Accept-Language": "zh-CN"}) == "2分钟前"


@pytest.mark.parametrize(
    ("back", "text"),
    [
        (timedelta(hours=19), "01:00:00"),
        (timedelta(hours=21), "Nov 21 23:00:00"),
        (timedelta(days=365), "2025-11-22 20:00"),
        (timedelta(days=-3653), "2036-11-22 20:00"),
    ],
)
def test_local_time_names_the_day_when_it_is_another(app: Flask, back: timedelta, text: str) -> None:
    assert tell(app, PageTime.local_time, back) == text


def test_stamp_is_exact(app: Flask) -> None:
    assert tell(app, PageTime.stamp, timedelta(0)) == "2026-11-22 20:00:00.123456 UTC+8"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "UTC"),
        ("Asia/Kolkata", "UTC+5:30"),
        ("America/St_Johns", "UTC-3:30"),
        ("Asia/Shanghai", "UTC+8"),
    ],
)
def test_offset(zone: str, text: str) -> None:
    assert times.offset(NOON.astimezone(ZoneInfo(zone))) == text
