"""Puts it together: at each moment of the timeline one thing happens."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import accumulate, count
from random import Random

from dashboard.cli.seeding.acts import Act, Acts
from dashboard.cli.seeding.people import SeedPerson
from dashboard.cli.seeding.rows import Pen, SeedEntry
from dashboard.cli.seeding.timeline import Moment


class PendingActs:
    """What follows from what happened is kept until it is due: a sign-out, a second try."""

    def __init__(self, people: list[SeedPerson], start: int, pen: Pen, rng: Random) -> None:
        self._rng = rng
        self._coming = [person for person in reversed(people) if person.joined >= start]
        self._due: list[tuple[int, int, Act]] = []
        self._number = count()
        self._acts = Acts([person for person in people if person.joined < start], pen, rng, self._later)
        choices = self._acts.repertoire()
        self._choices = [act for _, act in choices]
        self._weights = list(accumulate(weight for weight, _ in choices))

    def entries(self, moments: Iterable[Moment]) -> Iterator[SeedEntry]:
        """Yield one entry for each moment, in order."""
        for when, attacker in moments:
            yield self._acts.guess(attacker, when) if attacker else self._next(when)

    def _next(self, when: int) -> SeedEntry:
        """Let happen what is due, else somebody join, else anything."""
        if self._due and self._due[0][0] <= when:
            return heappop(self._due)[2](when)
        if self._coming and self._coming[-1].joined <= when:
            return self._acts.join(self._coming.pop(), when)
        return self._rng.choices(self._choices, cum_weights=self._weights)[0](when)

    def _later(self, when: int, act: Act) -> None:
        heappush(self._due, (when, next(self._number), act))
