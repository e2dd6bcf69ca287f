"""What is counted of one signal: how often it is sent, how long its receivers take, how often they fail."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

#: Seconds of a bar of the picture, and how many there are.
SPARK_STEP, SPARK_BARS = 2, 60
#: Seconds that sends are sorted by: 1 µs to 100 s, five to a decade.
BOUNDS = tuple(10 ** (number / 5 - 6) for number in range(41))


@dataclass
class SignalCounts:
    """Figures that add up over processes.

    ``took`` counts the sends between two `BOUNDS`, ``steps`` those of each `SPARK_STEP` since 1970.
    ``waiting`` is since when sends are under way, ``sent_at`` when the last one ended: seconds since 1970.
    """

    total: int = 0
    failures: int = 0
    seconds: float = 0.0
    took: Counter[int] = field(default_factory=Counter)
    steps: Counter[int] = field(default_factory=Counter)
    waiting: list[float] = field(default_factory=list)
    sent_at: float = 0.0
    failed_at: float = 0.0
    error: str = ""

    def add(self, other: "SignalCounts") -> None:
        """Add what another process counted."""
        self.total, self.failures = self.total + other.total, self.failures + other.failures
        self.seconds += other.seconds
        self.took.update(other.took)
        self.steps.update(other.steps)
        self.waiting += other.waiting
        self.sent_at = max(self.sent_at, other.sent_at)
        if other.failed_at > self.failed_at:
            self.failed_at, self.error = other.failed_at, other.error

    def as_json(self) -> dict[str, Any]:
        """Return plain values; `from_json` reads them."""
        return asdict(self) | {"took": list(self.took.items()), "steps": list(self.steps.items())}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "SignalCounts":
        """Return the figures of another process."""
        return cls(**values | {name: Counter(dict(values[name])) for name in ("took", "steps")})

    @property
    def mean(self) -> float:
        """Seconds that a send takes on average, 0 when there was none."""
        return self.seconds / self.total if self.total else 0.0

    def percentile(self, share: float) -> float:
        """Return the seconds that ``share`` of the sends stay below, to a fifth of a decade."""
        wanted, seen = share * self.total, 0
        for place in sorted(self.took):
            seen += self.took[place]
            if seen >= wanted:
                return BOUNDS[min(place, len(BOUNDS) - 1)]
        return 0.0

    def bars(self, moment: float) -> list[int]:
        """Return how many were sent in each step up to the last whole one before ``moment``, oldest first."""
        last = int(moment) // SPARK_STEP
        return [self.steps[number] for number in range(last - SPARK_BARS, last)]

    def rate(self, moment: float) -> float:
        """Return how many a second were sent in the last ten seconds."""
        return sum(self.bars(moment)[-5:]) / (5 * SPARK_STEP)
