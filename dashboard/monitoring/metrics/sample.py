"""What each process looks at now and then: each part of the site adds what it knows of itself."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from flask import Flask

logger = logging.getLogger(__name__)
_KEY = "gatehouse.samples"


@dataclass(frozen=True, slots=True)
class Sample:
    """A figure of this process, told by ``look`` for each of its ``labels``' values.

    ``of_workers`` says what it is of all workers that live: their sum, their largest or their smallest.
    """

    name: str
    doc: str
    of_workers: Literal["sum", "max", "min"]
    look: Callable[[], Iterable[tuple[tuple[str, ...], float]]]
    labels: tuple[str, ...] = ()


def add_sample(app: Flask, *samples: Sample) -> None:
    """Have something sampled."""
    app.extensions.setdefault(_KEY, []).extend(samples)


def samples_of(app: Flask) -> list[Sample]:
    """Return all that is sampled."""
    return list(app.extensions.get(_KEY, []))


def look_at(sample: Sample) -> list[tuple[tuple[str, ...], float]]:
    """Return what a sample is now, by the values of its labels; one that fails is told and hides no other."""
    try:
        return list(sample.look())
    except Exception:
        logger.exception("%s could not be sampled", sample.name)
        return []
