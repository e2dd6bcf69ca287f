"""The threads of a serving process: dispatcher, sealer and whatever follows the seal."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from flask import Flask

from dashboard.background.dispatcher import Dispatcher
from dashboard.background.loop import Loop
from dashboard.background.thread_state import STUCK_AFTER, ThreadState
from models.database.limits import Purpose, used_for
from models.measures.catalogue import SEAL_LAG

logger = logging.getLogger(__name__)
_KEY = "gatehouse.background"
#: Seconds between two seals: busy times then share one, and an idle second still seals at once.
PAUSE = 0.1
#: Commits whose seal is waited for, to tell how long it took; of more the oldest are not told.
MAX_UNSEEN = 10_000


@dataclass
class Background:
    """The threads of this process."""

    dispatcher: Dispatcher
    sealer: Loop
    others: list[Loop]
    #: When entries were committed that were not seen sealed yet, in monotonic seconds.
    commits: deque[float]

    def loops(self) -> list[Loop]:
        """Return the threads that are loops."""
        return [self.sealer, *self.others]


def seal_with(app: Flask, seal_batches: Callable[[], Iterator[int]]) -> None:
    """Have what waits sealed by ``seal_batches``, which yields how many entries after each batch."""
    app.extensions[_KEY + ".seal"] = seal_batches


def after_seal(
    app: Flask, name: str, work: Callable[[], object], *, every: float, rest: float, backoff: float = 0
) -> Callable[[], None]:
    """Have ``work`` done after each seal, ``rest`` seconds apart, and every ``every`` seconds.

    While it fails it is done less and less often, at least every ``backoff`` seconds, if that is given.
    Returns what to call when another process sealed: the work is then done soon as well.
    """
    loop = Loop(app, name, work, every=every, rest=rest, backoff=backoff)
    _planned(app).append((loop, True))
    return loop.wake


def at_intervals(
    app: Flask,
    name: str,
    work: Callable[[], object],
    *,
    every: float,
    longest: float = STUCK_AFTER,
    at_once: bool = False,
) -> None:
    """Have ``work`` done every ``every`` seconds; one that takes longer than ``longest`` is stuck.

    ``at_once``: the first time when the threads start.
    """
    loop = Loop(app, name, work, every=every, longest=longest)
    _planned(app).append((loop, False))
    if at_once:
        loop.wake()


def at_stop(app: Flask, work: Callable[[], object]) -> None:
    """Have ``work`` done once more when the threads are asked to end."""
    app.extensions.setdefault(_KEY + ".last", []).append(work)


def start(app: Flask) -> None:
    """Start the threads; call it in the process that serves, after any fork, once."""
    if _KEY in app.extensions:
        raise RuntimeError("the background threads are running already")
    planned = _planned(app)
    commits = deque[float](maxlen=MAX_UNSEEN)
    sealer = _sealing(app, planned, commits)
    running = Background(Dispatcher(app), sealer, [loop for loop, _ in planned], commits)
    app.extensions[_KEY] = running
    running.dispatcher.start()
    for loop in running.loops():
        loop.start()


def _sealing(app: Flask, planned: list[tuple[Loop, bool]], commits: deque[float]) -> Loop:
    """Return the loop that seals what waits and wakes who follows after each batch."""
    seal_batches: Callable[[], Iterator[int]] = app.extensions[_KEY + ".seal"]

    def seal() -> None:
        loop.watch.progress()
        looked = time.monotonic()
        for count in seal_batches():
            loop.watch.progress()  # a long backlog is no hang
            for follower in [follower for follower, follows in planned if follows and count]:
                follower.wake()
        _note_lags(commits, looked)

    loop = Loop(app, "sealer", seal, every=1, rest=PAUSE)
    return loop


def _note_lags(commits: deque[float], looked: float) -> None:
    """Note how long each entry took that was committed before the sealer looked and left none."""
    while commits and commits[0] <= looked:
        SEAL_LAG.note(value=time.monotonic() - commits.popleft())


def stop(app: Flask) -> None:
    """Ask the threads to end; what is not sealed yet will be by the next process."""
    running: Background | None = app.extensions.pop(_KEY, None)
    if running:
        running.dispatcher.stop()
        for loop in running.loops():
            loop.stop()
        for work in app.extensions.get(_KEY + ".last", []):
            _do_last(app, work)


def _do_last(app: Flask, work: Callable[[], object]) -> None:
    try:
        with app.app_context(), used_for(Purpose.BACKGROUND):
            work()
    except Exception:
        logger.exception("what is done last was not")


def states(app: Flask) -> list[ThreadState]:
    """Return how each thread of this process stands; none when they do not run here."""
    running: Background | None = app.extensions.get(_KEY)
    return [running.dispatcher.state(), *(loop.state() for loop in running.loops())] if running else []


def caught_up(app: Flask) -> float | None:
    """Return when this process last began to seal and left nothing (monotonic seconds), if ever."""
    running: Background | None = app.extensions.get(_KEY)
    return running.sealer.watch.succeeded if running else None


def committed(app: Flask, event_id: UUID) -> None:
    """Announce an entry that is now in the book and wake the sealer, if they run here."""
    running: Background | None = app.extensions.get(_KEY)
    if running:
        running.commits.append(time.monotonic())
        running.dispatcher.put(event_id)
        running.sealer.wake()


def _planned(app: Flask) -> list[tuple[Loop, bool]]:
    """Return the loops to start and whether each follows the seal."""
    planned: list[tuple[Loop, bool]] = app.extensions.setdefault(_KEY + ".planned", [])
    return planned
