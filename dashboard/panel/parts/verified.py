"""What the panel says about the proof of the log: how far it is verified, as of when, by whose key."""

from dataclasses import dataclass

from flask import current_app

from dashboard.background import schedule
from dashboard.background.thread_state import Health
from dashboard.proof.checkpoint.checkpoint import Checkpoint
from dashboard.proof.upkeep import PROVING, newest_checkpoint


@dataclass(frozen=True, slots=True)
class Verified:
    """The newest checkpoint that this process knows, and whether what has to follow it does."""

    checkpoint: Checkpoint | None
    is_contradicted: bool


def verified() -> Verified:
    """Return how far the log is verified, without asking the database."""
    states = schedule.states(current_app._get_current_object())  # type: ignore[attr-defined]
    proving = [state for state in states if state.name in PROVING]
    return Verified(newest_checkpoint(), any(state.condition != Health.OK for state in proving))
