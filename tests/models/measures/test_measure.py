"""What is counted where it happens."""

import logging
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram

from models.measures import measure
from models.measures.catalogue import ENTRIES, MEASURES, SEAL_LAG
from models.measures.measure import Measure, bind_meters

COUNTED = Measure("tests_counted", "For a test.", ("kind",))
SPREAD = Measure("tests_spread_seconds", "For a test.", buckets=(1, 2))


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """Other tests find the meters that they had."""
    before = dict(measure._meters)
    yield
    measure._meters.clear()
    measure._meters.update(before)


def test_without_a_meter_nothing_is_kept_and_nothing_fails() -> None:
    measure._meters.clear()
    COUNTED.note("a")
    SPREAD.note(value=3)


def test_a_count_and_a_spread_take_what_is_noted() -> None:
    registry = CollectorRegistry()
    counter = Counter(COUNTED.name, COUNTED.doc, COUNTED.labels, registry=registry)
    spread = Histogram(SPREAD.name, SPREAD.doc, buckets=SPREAD.buckets, registry=registry)
    bind_meters({COUNTED.name: counter, SPREAD.name: spread})
    COUNTED.note("a")
    COUNTED.note("a", value=2)
    SPREAD.note(value=1.5)
    assert registry.get_sample_value("tests_counted_total", {"kind": "a"}) == 3
    assert registry.get_sample_value("tests_spread_seconds_bucket", {"le": "1.0"}) == 0
    assert registry.get_sample_value("tests_spread_seconds_bucket", {"le": "2.0"}) == 1


def test_a_meter_that_fails_is_told_and_costs_nobody_a_sign_in(caplog: pytest.LogCaptureFixture) -> None:
    bind_meters({COUNTED.name: Counter(COUNTED.name, COUNTED.doc, COUNTED.labels, registry=None)})
    with caplog.at_level(logging.ERROR):
        COUNTED.note("one", "too many")
    assert "tests_counted was not counted" in caplog.text


def test_each_measure_is_named_once_and_says_what_it_is() -> None:
    assert {ENTRIES, SEAL_LAG} <= set(MEASURES)
    assert len({one.name for one in MEASURES}) == len(MEASURES)
    assert [one.name for one in MEASURES if not one.doc.endswith(".")] == []


@pytest.mark.parametrize("one", MEASURES, ids=lambda one: one.name)
def test_no_label_can_tell_of_a_person(one: Measure) -> None:
    assert set(one.labels) <= {"action", "outcome", "reason", "endpoint"}
