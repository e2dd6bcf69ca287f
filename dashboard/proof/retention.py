"""What is forgotten by the clock besides whole entries: places, ended sessions, and the words of exports."""

from datetime import timedelta
from functools import partial

from flask import Flask, current_app

from auth import sessions
from dashboard.background.schedule import at_intervals
from dashboard.config.settings import Settings
from dashboard.log.authentic import quarantine
from dashboard.log.recording import query_words
from dashboard.proof import prune
from dashboard.proof.address_purge import AddressPurgeConflict, purge_addresses
from dashboard.proof.checkpoint.lease import Taken
from dashboard.proof.checkpoint.store import WAY_ON, Store
from dashboard.proof.clock import Clock, Doubtful
from dashboard.proof.verify.verify import current_standing
from dashboard.traces.store import forget_older_traces
from models import Action, write_transaction

#: How long a session is remembered after it ended.
ENDED = timedelta(days=30)
#: How long it is remembered how a request went.
TRACES_KEPT = timedelta(days=30)
#: How old the last address purge may get.
PURGE_EVERY = timedelta(days=1)
#: Seconds between two looks; each process looks.
RETENTION_INTERVAL = 3600
#: Seconds that verifying and blanking may take: some hundred million entries.
PURGE_STUCK_AFTER = 6 * 3600


def init_app(app: Flask, settings: Settings) -> None:
    """Have ended sessions forgotten and, when it is set, old places and words."""
    at_intervals(app, "sessions", forget_sessions, every=RETENTION_INTERVAL)
    traces = min(TRACES_KEPT, settings.retention or TRACES_KEPT)
    at_intervals(app, "old traces", partial(forget_traces_after, traces), every=RETENTION_INTERVAL)
    if oldest := settings.retention or settings.retention_addresses:
        words = min(settings.retention or oldest, settings.retention_addresses or oldest)
        at_intervals(app, "words", partial(forget_words, words), every=RETENTION_INTERVAL)
        aside = partial(forget_aside, settings.retention, settings.retention_addresses)
        at_intervals(app, "quarantine", aside, every=RETENTION_INTERVAL)
    if settings.retention_addresses:
        work = partial(purge_old_addresses, settings.retention_addresses)
        at_intervals(app, "addresses", work, every=RETENTION_INTERVAL, longest=PURGE_STUCK_AFTER)


def forget_sessions() -> int:
    """Delete sessions that ended long ago; return how many. Rests while the clock is in doubt."""
    clock = _clock()
    return 0 if _doubt(clock) else sessions.forget_ended(clock.moment - ENDED)


def forget_traces_after(age: timedelta) -> int:
    """Forget how requests went so long ago; return how many. Rests as above."""
    clock = _clock()
    return 0 if _doubt(clock) else forget_older_traces(clock.moment - age)


def forget_words(age: timedelta) -> int:
    """Forget the words of exports that were last used so long ago; return how many. Rests as above."""
    clock = _clock()
    if _doubt(clock):
        return 0
    return write_transaction(lambda session: query_words.forget_older(session, clock.moment - age))


def forget_aside(age: timedelta | None, age_of_addresses: timedelta | None) -> None:
    """Delete what was moved out of the log so long ago, blank the places of the rest. Rests as above."""
    clock = _clock()
    if _doubt(clock):
        return
    if age:
        before = clock.moment - age
        write_transaction(lambda session: quarantine.drop_older(session, before))
    if age_of_addresses:
        since = clock.moment - age_of_addresses
        write_transaction(lambda session: quarantine.forget_places(session, since))


def purge_old_addresses(age: timedelta) -> int:
    """Blank the places of entries and sessions older than ``age``, once a day; return how many entries.

    Raises ``Doubtful`` when the clock cannot be right or may have jumped, ``Broken`` when what is to
    be blanked does not verify; then nothing is.
    """
    clock = _clock()
    if doubt := _doubt(clock):
        raise Doubtful(f"{doubt}; no address is purged before {WAY_ON}")
    sessions.forget_clients(clock.moment - age)
    if prune.was_pruned(clock.moment - PURGE_EVERY, Action.ADDRESS_PURGE):
        return 0
    wanted = prune.plan_prune(current_standing(), age, clock)
    try:
        signer = Store.of(current_app.config["SETTINGS"]).signer()
        return sum(purge_addresses(wanted, signer))
    except (AddressPurgeConflict, Taken):  # another process was quicker
        return 0


def _clock() -> Clock:
    return Store.of(current_app.config["SETTINGS"]).clock()


def _doubt(clock: Clock) -> str | None:
    """Return why nothing may be forgotten by this clock, or None."""
    return clock.doubt() or clock.jump()
