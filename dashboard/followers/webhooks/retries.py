"""When what failed is tried again, and when no more."""

import random
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement

from models import WebhookDelivery

#: Seconds until the next try, after the first, the second … failure; the last one goes on.
PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200)
#: How much of a pause comes on top of it at most, by chance: endpoints that failed together are spread.
JITTER = 0.2
#: For how long a delivery is tried, and an endpoint at which nothing succeeds.
TRIED_FOR = timedelta(days=3)
#: No try is ever further ahead: one that seems to be was noted by a clock that was wrong.
LONGEST_AHEAD = timedelta(seconds=2 * PAUSES[-1])
#: Failures in a row after which an endpoint is asked by one delivery at a time, and the longest rest between.
SICK_AFTER, LONGEST_REST = 3, 60.0


def next_try(attempts: int, began_at: datetime, moment: datetime) -> datetime | None:
    """Return when a delivery that failed ``attempts`` times is tried again; None when that was the last."""
    if moment - began_at >= TRIED_FOR:
        return None
    pause = PAUSES[min(attempts, len(PAUSES)) - 1]
    return moment + timedelta(seconds=pause * (1 + JITTER * random.random()))  # noqa: S311 - jitter


def is_due(moment: datetime) -> ColumnElement[bool]:
    """Return the condition of a delivery that is to be tried at ``moment``."""
    ahead = WebhookDelivery.next_try_at > moment + LONGEST_AHEAD
    return (WebhookDelivery.next_try_at <= moment) | ahead


def is_resting(until: datetime | None, moment: datetime) -> bool:
    """Whether an endpoint rests at ``moment``."""
    return until is not None and moment < until <= moment + LONGEST_AHEAD


def rest(failures: int) -> timedelta:
    """Return how long an endpoint rests that failed so often in a row."""
    if failures < SICK_AFTER:
        return timedelta()
    return timedelta(seconds=min(LONGEST_REST, PAUSES[0] * 2.0 ** min(failures - SICK_AFTER, 16)))
