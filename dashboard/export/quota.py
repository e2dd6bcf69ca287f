"""How many exports may be under way: each holds a thread and readers of the database for long."""

import threading
from collections import Counter
from datetime import timedelta
from weakref import finalize

from flask import Flask, current_app

from dashboard.export import progress
from models.clock import now

EXPORTS_PER_PERSON = 2
EXPORTS_PER_WORKER = 8
#: Seconds after which somebody without a place may try again.
EXPORT_RETRY = 10
#: An export of another worker that noted nothing for so long has probably died with it.
DEAD_AFTER = timedelta(minutes=2)
_KEY = "gatehouse.exports"


class TooManyExports(Exception):
    """There is no place for one more export; ``is_own``: the person has enough of them."""

    def __init__(self, *, is_own: bool) -> None:
        self.is_own = is_own


class ExportSlot:
    """A place of ``person``: ``free()`` it when the export has ended; one that is forgotten is free, too."""

    def __init__(self, places: "ExportSlots", person: int) -> None:
        self._give_back = finalize(self, places.give_back, person)

    def free(self) -> None:
        """Give it back; again is harmless."""
        self._give_back()


class ExportSlots:
    """The places of one worker."""

    def __init__(self) -> None:
        self._lock, self._taken = threading.RLock(), Counter[int]()

    def take(self, person: int) -> ExportSlot:
        """Take a place; raises `TooManyExports`."""
        with self._lock:
            if self._taken[person] >= EXPORTS_PER_PERSON:
                raise TooManyExports(is_own=True)
            if self._taken.total() >= EXPORTS_PER_WORKER:
                raise TooManyExports(is_own=False)
            self._taken[person] += 1
        return ExportSlot(self, person)

    def give_back(self, person: int) -> None:
        """Free a place."""
        with self._lock:
            self._taken[person] -= 1
            self._taken += Counter()  # forgets who has none


def init_app(app: Flask) -> None:
    """Count the exports of this process."""
    app.extensions[_KEY] = ExportSlots()


def take(person: int) -> ExportSlot:
    """Take a place for one more export of somebody; raises `TooManyExports`."""
    places: ExportSlots = current_app.extensions[_KEY]
    place = places.take(person)
    if progress.running(person, now() - DEAD_AFTER) >= EXPORTS_PER_PERSON:  # in other workers, too
        place.free()
        raise TooManyExports(is_own=True)
    return place
