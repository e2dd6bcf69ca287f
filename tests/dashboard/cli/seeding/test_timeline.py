"""When things happen."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from dashboard.cli.seeding.timeline import SECOND, timeline
from tests.dashboard.cli.seeding.past import PLAN, START


@pytest.mark.parametrize("rows", [1, 7, 299, 300, 5000])
@pytest.mark.parametrize("days", [1, 90])
def test_there_are_as_many_moments_as_planned_in_order(rows: int, days: int) -> None:
    plan = replace(PLAN, rows=rows, days=days)
    moments = [when for when, _ in timeline(plan, Random(1))]
    assert len(moments) == rows
    assert moments == sorted(moments)
    assert plan.start.timestamp() * SECOND <= moments[0]
    assert moments[-1] < plan.end.timestamp() * SECOND


def test_mornings_are_busier_than_nights_and_mondays_than_sundays() -> None:
    times = [datetime.fromtimestamp(when / SECOND, UTC) for when, who in timeline(PLAN, Random(1)) if not who]
    hours, days = Counter(time.hour for time in times), Counter(time.weekday() for time in times)
    assert hours[8] > 4 * hours[2]
    assert days[0] > 2 * days[6]


def test_an_attack_is_dense_and_from_one_place() -> None:
    attacks: dict[object, list[int]] = {}
    for when, attacker in timeline(PLAN, Random(1)):
        if attacker:
            attacks.setdefault(attacker, []).append(when)
    assert attacks
    assert all(moments[-1] - moments[0] < 601 * SECOND for moments in attacks.values())
    assert all(moments[0] > START for moments in attacks.values())
