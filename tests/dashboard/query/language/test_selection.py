"""Periods, zones and days, across clock changes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboard.log.recorder import name_refs
from dashboard.query.language.errors import QueryError
from dashboard.query.language.period import day_begins
from dashboard.query.language.selection import read_selection

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def period(zone=BERLIN, **asked):
    selection = read_selection({name.rstrip("_"): text for name, text in asked.items()}, zone, NOW, name_refs)
    return tuple(bound and bound.isoformat() for bound in (selection.start, selection.end))


def test_nothing_asked_is_all_time():
    assert period() == (None, None)
    assert period(from_="", to=" ") == (None, None)


def test_a_last_day_is_included():
    expected = ("2026-11-20T23:00:00+00:00", "2026-11-22T23:00:00+00:00")
    assert period(from_="2026-11-21", to="2026-11-22") == expected


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-22", 24)])
def test_a_day_is_as_long_as_its_zone_says(day, hours):
    selection = read_selection({"from": day, "to": day}, BERLIN, NOW, name_refs)
    assert (selection.end - selection.start).total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("Asia/Kathmandu", "2026-11-22", "2026-11-21T18:15:00+00:00", 24),
        ("Asia/Kolkata", "2026-11-22", "2026-11-21T18:30:00+00:00", 24),
        ("Pacific/Chatham", "2026-09-27", "2026-09-26T11:15:00+00:00", 23),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00+00:00", 24.5),
        ("America/St_Johns", "2026-11-01", "2026-11-01T02:30:00+00:00", 25),
        ("Pacific/Kiritimati", "2026-11-22", "2026-11-21T10:00:00+00:00", 24),
    ],
)
def test_days_of_uncommon_zones(zone, day, begins, hours):
    selection = read_selection({"from": day, "to": day, "tz": zone}, BERLIN, NOW, name_refs)
    assert selection.start.isoformat() == begins
    assert (selection.end - selection.start).total_seconds() == hours * 3600


def test_a_day_without_a_midnight_begins_when_it_begins():
    begins = day_begins(datetime(2018, 11, 4, tzinfo=UTC).date(), ZoneInfo("America/Sao_Paulo"))
    assert begins == datetime(2018, 11, 4, 3, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_wholly_included():
    expected = ("2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00.000001+00:00")
    assert period(from_="2026-10-25T02:30", to="2026-10-25T02:30") == expected


@pytest.mark.parametrize(
    "text", ["2026-11-22T14:30", "2026-11-22 14:30", "2026-11-22T14:30:00+01:00", "2026-11-22T14:30:00 01:00"]
)
def test_a_time_is_of_the_zone_unless_it_has_an_offset(text):
    assert period(from_=text)[0] == "2026-11-22T13:30:00+00:00"


def test_the_zone_asked_for_wins():
    assert period(from_="2026-11-22", tz="Asia/Shanghai")[0] == "2026-11-21T16:00:00+00:00"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"from": "2026-11-22T25:00"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"from": "0001-01-01T00:00+14:00"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"to": "x" * 5000}, "to"),
        ({"from": "2026-11-22", "to": "2026-11-21"}, "to"),
        ({"from": "2026-11-22T10:00", "to": "2026-11-22T09:59"}, "to"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"tz": "../../etc/passwd"}, "tz"),
        ({"q": "nope:1"}, "q"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(asked, field):
    with pytest.raises(QueryError) as caught:
        read_selection(asked, BERLIN, NOW, name_refs)
    assert caught.value.field == field
    assert len(str(caught.value)) < 200
