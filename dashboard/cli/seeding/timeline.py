"""When things happen: busy mornings, quiet nights and Sundays, a few attacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from dashboard.cli.seeding.places import SeedClient, attacker

#: How busy each hour of a day (UTC) and each day of a week (Monday first) is.
HOURS = (3, 2, 2, 2, 3, 5, 9, 15, 20, 22, 20, 17, 15, 18, 19, 17, 14, 11, 9, 8, 7, 6, 5, 4)
WEEKDAYS = (1.0, 1.05, 1.05, 1.0, 0.9, 0.35, 0.3)
#: Microseconds.
SECOND = 1_000_000
HOUR_MICROSECONDS = 3600 * SECOND

#: A moment in microseconds since 1970, and the attacker whose moment it is, if any.
Moment = tuple[int, SeedClient | None]


@dataclass(frozen=True, slots=True)
class SeedPlan:
    """How many entries over how many days, up to ``end``, a full hour in UTC."""

    rows: int
    days: int
    end: datetime

    @property
    def start(self) -> datetime:
        """The hour the history begins."""
        return self.end - timedelta(days=self.days)


def timeline(plan: SeedPlan, rng: Random) -> Iterator[Moment]:
    """Yield ``plan.rows`` moments in order, all before ``plan.end``."""
    sprays = _sprays(plan, rng)
    counts = _counts(plan, rng, plan.rows - sum(count for count, _ in sprays.values()))
    hour = int(plan.start.timestamp()) * SECOND
    for index, count in enumerate(counts):
        moments: list[Moment] = [(hour + int(rng.random() * HOUR_MICROSECONDS), None) for _ in range(count)]
        if index in sprays:
            moments += _spray(hour, *sprays[index], rng)
        moments.sort(key=lambda moment: moment[0])
        yield from moments
        hour += HOUR_MICROSECONDS


def _counts(plan: SeedPlan, rng: Random, rows: int) -> Iterator[int]:
    """Yield each hour's share of ``rows``; they add up to it exactly."""
    hours = [plan.start + timedelta(hours=hour) for hour in range(plan.days * 24)]
    weights = [HOURS[at.hour] * WEEKDAYS[at.weekday()] * rng.uniform(0.8, 1.2) for at in hours]
    total, reached, given = sum(weights), 0.0, 0
    for weight in weights[:-1]:
        reached += weight
        count = int(rows * reached / total) - given
        given += count
        yield count
    yield rows - given


def _sprays(plan: SeedPlan, rng: Random) -> dict[int, tuple[int, SeedClient]]:
    """Return the hours of attacks: how many attempts, and where from; about one in 30 entries."""
    number = min(1 + plan.days // 10, plan.rows // 300)
    return {rng.randrange(plan.days * 24): (plan.rows // 30 // number, attacker(rng)) for _ in range(number)}


def _spray(hour: int, count: int, place: SeedClient, rng: Random) -> list[Moment]:
    """Return the moments of an attack: ten minutes, all from one place."""
    begin = hour + int(rng.random() * HOUR_MICROSECONDS * 5 / 6)
    return [(begin + int(rng.random() * HOUR_MICROSECONDS / 6), place) for _ in range(count)]
