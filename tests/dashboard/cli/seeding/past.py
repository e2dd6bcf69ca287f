"""A short past to look at."""

from datetime import UTC, datetime
from random import Random

from dashboard.cli.seeding import places
from dashboard.cli.seeding.history import PendingActs
from dashboard.cli.seeding.names import names
from dashboard.cli.seeding.people import SEED_ROLES, SeedPerson
from dashboard.cli.seeding.rows import Pen, SeedEntry
from dashboard.cli.seeding.timeline import SECOND, SeedPlan, timeline
from models import Role
from models.names import username_key

PLAN = SeedPlan(rows=3000, days=14, end=datetime(2026, 11, 22, 12, tzinfo=UTC))
START = int(PLAN.start.timestamp()) * SECOND


def people(count: int = 30) -> list[SeedPerson]:
    """Return people without accounts, the last of them joining on the way."""
    rng = Random("people")
    fresh = names(rng, set())
    named = [next(fresh).username for _ in range(count)]
    return [
        SeedPerson(
            who=(number + 1, name, username_key(name), None),
            role=SEED_ROLES.get(number, Role.USER),
            joined=START + (1000 * SECOND if number == count - 1 else -1),
            places=tuple(places.place(rng) for _ in range(1 + number % 2)),
        )
        for number, name in enumerate(named)
    ]


def past(number: int = 1, plan: SeedPlan = PLAN) -> list[SeedEntry]:
    """Return the entries of a past; needs an application context."""
    history = PendingActs(people(), START, Pen(Random(f"{number} ids")), Random(f"{number}"))
    return list(history.entries(timeline(plan, Random(f"{number} times"))))
