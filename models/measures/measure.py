"""Counts and times what happens; it is shown by whoever binds meters, and without them nothing is kept."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger(__name__)
#: Counters and histograms of prometheus-client; models need not know it.
_meters: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted or, where it has ``buckets`` (upper bounds), how what is noted spreads.

    ``name`` ends in its unit. Each of ``labels`` has few values, none of which tells of a person.
    """

    name: str
    doc: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    def note(self, *labels: str, value: float = 1) -> None:
        """Count ``value``, or note it; never raises, as sign-ins pass here."""
        meter = _meters.get(self.name)
        if meter is None:
            return
        try:
            child = meter.labels(*labels) if labels else meter
            (child.observe if self.buckets else child.inc)(value)
        except Exception:
            logger.exception("%s was not counted", self.name)


def bind_meters(meters: Mapping[str, Any]) -> None:
    """Have these take what is noted in this process from now on, by the names of measures."""
    _meters.update(meters)
