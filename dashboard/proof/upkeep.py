"""What a serving process does for the book by the clock: checkpoints and retention."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from flask import Flask, current_app

from dashboard.background.schedule import at_intervals, states
from dashboard.background.thread_state import Health
from dashboard.config.settings import Settings
from dashboard.proof import prune
from dashboard.proof.checkpoint.checkpoint import Checkpoint
from dashboard.proof.checkpoint.lease import Taken
from dashboard.proof.checkpoint.store import WAY_ON, Store
from dashboard.proof.checkpoint.watch import watch
from dashboard.proof.clock import Clock, Doubtful
from dashboard.proof.verify.verify import current_standing

#: How old the newest checkpoint and the last purge may get.
CHECKPOINT_EVERY = timedelta(hours=1)
PRUNE_EVERY = timedelta(days=1)
#: Seconds between two looks at whether it is time; each process looks.
CHECKPOINT_LOOK, PRUNE_LOOK, WATCH_LOOK = 60, 3600, 5
#: Seconds that verifying and deleting may take: some hundred million entries.
PRUNE_LONGEST = 6 * 3600
#: The tasks that prove the log.
PROVING = ("checkpoint", "watch")
_NEWEST = "gatehouse.newest_checkpoint"


@dataclass(frozen=True, slots=True)
class Verified:
    """How far the log is verified: the newest checkpoint, and whether what has to follow it does not."""

    checkpoint: Checkpoint | None
    is_in_doubt: bool


def init_app(app: Flask, settings: Settings) -> None:
    """Have checkpoints taken hourly and, when a retention is set, old entries pruned daily."""
    store = Store.of(settings)
    work = partial(keep_checkpoints, store)
    at_intervals(app, "checkpoint", work, every=CHECKPOINT_LOOK, longest=PRUNE_LONGEST, at_once=True)
    at_intervals(app, "watch", partial(watch, store), every=WATCH_LOOK)
    if settings.retention:
        pruning = partial(prune_if_due, settings.retention)
        at_intervals(app, "retention", pruning, every=PRUNE_LOOK, longest=PRUNE_LONGEST)


def keep_checkpoints(store: Store) -> None:
    """Take a checkpoint when one is due, and know the newest; raises as `Store.keep_if_due`."""
    store.keep_if_due(CHECKPOINT_EVERY)
    current_app.extensions[_NEWEST] = store.clock().history.last


def verified() -> Verified:
    """Return how far the log is verified as this process knows; it asks no database."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    troubled = [state.name for state in states(app) if state.condition != Health.OK]
    return Verified(app.extensions.get(_NEWEST), any(name in PROVING for name in troubled))


def prune_if_due(age: timedelta) -> int:
    """Prune what is older than ``age``, once a day whoever looks; return how many entries.

    Raises ``Broken`` when what is to go does not verify, ``Doubtful`` when the clock cannot be
    right or may have jumped; then nothing goes.
    """
    store = Store.of(current_app.config["SETTINGS"])
    clock = store.clock()
    since = clock.moment - PRUNE_EVERY
    if prune.was_pruned(since) or not (wanted := planned(clock, age)).count:
        return 0
    try:
        signer = store.signer()
        prune.check_before(wanted, lambda _: None)
        return sum(prune.prune(wanted, signer, unless_since=since))
    except (prune.PruneConflict, Taken):  # another process was quicker
        return 0


def planned(clock: Clock, age: timedelta) -> prune.PrunePlan:
    """Return what retention would prune now; raises ``Doubtful`` when it rests."""
    if doubt := clock.doubt():
        raise Doubtful(f"{doubt}; retention rests before {WAY_ON}")
    if doubt := clock.jump():
        raise Doubtful(f"{doubt}; retention rests: if the clock is right, run `manage.py prune` once")
    return prune.plan_prune(current_standing(), age, clock)
