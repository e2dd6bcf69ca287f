"""How long the book may be searched for one page."""

import time
from dataclasses import dataclass, field

#: Seconds that a page may search before it shows what was found.
PAGE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Budget:
    """A stretch of time from now on, in seconds; only looked at between reads."""

    seconds: float = PAGE_SECONDS
    _began: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds left, 0 when it is spent."""
        return max(0.0, self._began + self.seconds - time.monotonic())

    def share(self, parts: int) -> "Budget":
        """Return a budget of its own: what is left, divided."""
        return Budget(self.left / parts)
