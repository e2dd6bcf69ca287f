"""The threads of a serving process: dispatcher, sealer and whatever follows the seal."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import Flask

from dashboard.stream.dispatcher import Dispatcher
from dashboard.stream.loop import Loop
from dashboard.stream.sealer import seal_all

_KEY = "gatehouse.background"
#: Seconds between two seals: busy times then share one, and an idle second still seals at once.
PAUSE = 0.1


@dataclass
class Background:
    """The threads of this process."""

    dispatcher: Dispatcher
    sealer: Loop
    others: list[Loop]


def after_seal(
    app: Flask, name: str, work: Callable[[], object], *, every: float, rest: float
) -> Callable[[], None]:
    """Have ``work`` done after each seal, ``rest`` seconds apart, and every ``every`` seconds.

    Returns what to call when another process sealed: the work is then done soon as well.
    """
    loop = Loop(app, name, work, every=every, rest=rest)
    _planned(app).append((loop, True))
    return loop.wake


def at_intervals(app: Flask, name: str, work: Callable[[], object], *, every: float) -> None:
    """Have ``work`` done every ``every`` seconds."""
    _planned(app).append((Loop(app, name, work, every=every), False))


def start(app: Flask) -> None:
    """Start the threads; call it in the process that serves, after any fork, once."""
    if _KEY in app.extensions:
        raise RuntimeError("the background threads are running already")
    planned = _planned(app)

    def seal() -> None:
        if seal_all():
            for loop, follows in planned:
                if follows:
                    loop.wake()

    others = [loop for loop, _ in planned]
    running = Background(Dispatcher(app), Loop(app, "sealer", seal, every=1, rest=PAUSE), others)
    app.extensions[_KEY] = running
    running.dispatcher.start()
    for loop in (running.sealer, *others):
        loop.start()


def stop(app: Flask) -> None:
    """Ask the threads to end; what is not sealed yet will be by the next process."""
    running: Background | None = app.extensions.pop(_KEY, None)
    if running:
        running.dispatcher.stop()
        for loop in (running.sealer, *running.others):
            loop.stop()


def committed(app: Flask, event_id: UUID) -> None:
    """Announce an entry that is now in the book and wake the sealer, if they run here."""
    running: Background | None = app.extensions.get(_KEY)
    if running:
        running.dispatcher.put(event_id)
        running.sealer.wake()


def _planned(app: Flask) -> list[tuple[Loop, bool]]:
    """Return the loops to start and whether each follows the seal."""
    planned: list[tuple[Loop, bool]] = app.extensions.setdefault(_KEY + ".planned", [])
    return planned
