"""What each process tells of itself: threads, connections, how far it sees the log proved."""

import time
from collections.abc import Iterator

from flask import Flask, current_app

from dashboard.background import schedule
from dashboard.background.thread_state import Health, ThreadState
from dashboard.monitoring.metrics.sample import Sample, add_sample
from dashboard.proof.upkeep import verified
from models import db
from models.database.base import bind_key
from models.database.limits import POOLS, Purpose

Told = Iterator[tuple[tuple[str, ...], float]]
_CONDITIONS = list(Health)


def init_app(app: Flask) -> None:
    """Have this sampled."""
    add_sample(
        app,
        Sample("workers", "Worker processes that serve.", "sum", _one),
        Sample(
            "thread_condition",
            "How a background thread of the worst worker is: 0 ok, 1 failing, 2 stuck, 3 dead.",
            "max",
            _conditions,
            ("thread",),
        ),
        Sample(
            "thread_last_success_timestamp_seconds",
            "When a background thread of any worker last began a round that did not fail.",
            "max",
            _successes,
            ("thread",),
        ),
        Sample(
            "database_connections",
            "Connections in use, by what for.",
            "sum",
            _connections,
            ("purpose",),
        ),
        Sample(
            "database_connections_limit", "Connections at most, by what for.", "sum", _limits, ("purpose",)
        ),
        Sample(
            "log_verified",
            "1 while what was noted of the log is found in it and checkpoints are taken; 0 else.",
            "min",
            _proved,
        ),
        Sample("checkpoint_timestamp_seconds", "When the newest checkpoint was signed.", "max", _signed),
        Sample("checkpoint_entries", "Entries that the newest checkpoint covers.", "max", _covered),
    )


def _states() -> list[ThreadState]:
    return schedule.states(current_app._get_current_object())  # type: ignore[attr-defined]


def _one() -> Told:
    yield (), 1


def _conditions() -> Told:
    for state in _states():
        yield (state.name,), _CONDITIONS.index(state.condition)


def _successes() -> Told:
    for state in _states():
        if state.succeeded is not None:
            yield (state.name,), time.time() - (time.monotonic() - state.succeeded)


def _connections() -> Told:
    for purpose in Purpose:
        yield (purpose.value,), db.engines[bind_key(purpose)].pool.checkedout()  # type: ignore[attr-defined]


def _limits() -> Told:
    for purpose in Purpose:
        yield (purpose.value,), sum(POOLS[purpose])


def _proved() -> Told:
    yield (), not verified().is_in_doubt


def _signed() -> Told:
    if checkpoint := verified().checkpoint:
        yield (), checkpoint.time.timestamp()


def _covered() -> Told:
    if checkpoint := verified().checkpoint:
        yield (), checkpoint.size
