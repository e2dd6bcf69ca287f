"""How many exports may be under way: each holds a thread and readers of the database for long."""

import threading
from collections import Counter
from datetime import timedelta
from weakref import finalize

from flask import Flask, current_app

from auth.events import now
from dashboard.export import progress

PER_PERSON = 2
PER_WORKER = 8
#: Seconds after which somebody without a place may try again.
RETRY = 10
#: An export of another worker that noted nothing for so long has probably died with it.
SILENCE = timedelta(minutes=2)
_KEY = "gatehouse.exports"


class NoPlace(Exception):
    """There is no place for one more export; ``is_own``: the person has enough of them."""

    def __init__(self, *, is_own: bool) -> None:
        self.is_own = is_own


class Place:
    """A place of ``person``: ``free()`` it when the export has ended; one that is forgotten is free, too."""

    def __init__(self, places: "Places", person: int) -> None:
        self._give_back = finalize(self, places.give_back, person)

    def free(self) -> None:
        """Give it back; again is harmless."""
        self._give_back()


class Places:
    """The places of one worker."""

    def __init__(self) -> None:
        self._lock, self._taken = threading.RLock(), Counter[int]()

    def take(self, person: int) -> Place:
        """Take a place; raises `NoPlace`."""
        with self._lock:
            if self._taken[person] >= PER_PERSON:
                raise NoPlace(is_own=True)
            if self._taken.total() >= PER_WORKER:
                raise NoPlace(is_own=False)
            self._taken[person] += 1
        return Place(self, person)

    def give_back(self, person: int) -> None:
        """Free a place."""
        with self._lock:
            self._taken[person] -= 1
            self._taken += Counter()  # forgets who has none


def init_app(app: Flask) -> None:
    """Count the exports of this process."""
    app.extensions[_KEY] = Places()


def take(person: int) -> Place:
    """Take a place for one more export of somebody; raises `NoPlace`."""
    places: Places = current_app.extensions[_KEY]
    place = places.take(person)
    if progress.running(person, now() - SILENCE) >= PER_PERSON:  # in other workers, too
        place.free()
        raise NoPlace(is_own=True)
    return place
