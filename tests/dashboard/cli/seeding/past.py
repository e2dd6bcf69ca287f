"""A short past to look at."""

from datetime import UTC, datetime
from random import Random

from dashboard.cli.seeding import places
from dashboard.cli.seeding.history import History
from dashboard.cli.seeding.names import names
from dashboard.cli.seeding.people import STAFF, Person
from dashboard.cli.seeding.rows import Entry, Pen
from dashboard.cli.seeding.timeline import SECOND, Plan, timeline
from models import Role
from models.names import username_key

PLAN = Plan(rows=3000, days=14, end=datetime(2026, 11, 22, 12, tzinfo=UTC))
START = int(PLAN.start.timestamp()) * SECOND


def people(count: int = 30) -> list[Person]:
    """Return people without accounts, the last of them joining on the way."""
    rng = Random("people")
    fresh = names(rng, set())
    named = [next(fresh).username for _ in range(count)]
    return [
        Person(
            who=(number + 1, name, username_key(name), None),
            role=STAFF.get(number, Role.USER),
            joined=START + (1000 * SECOND if number == count - 1 else -1),
            places=(places.place(rng),),
        )
        for number, name in enumerate(named)
    ]


def past(number: int = 1, plan: Plan = PLAN) -> list[Entry]:
    """Return the entries of a past; needs an application context."""
    history = History(people(), START, Pen(Random(f"{number} ids")), Random(f"{number}"))
    return list(history.entries(timeline(plan, Random(f"{number} times"))))
