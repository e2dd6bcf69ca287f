"""This machine's clock beside the database's, the newest entries and the checkpoints."""

from datetime import timedelta

from dashboard.cli.checks import Bad
from dashboard.config.settings import Settings
from dashboard.proof.checkpoint.store import WAY_ON, Store
from dashboard.proof.clock import Clock, Doubtful, database_time, name
from dashboard.proof.upkeep import planned

#: How far two clocks may differ before times in the log become doubtful.
DRIFT = timedelta(seconds=5)


def check_clock(settings: Settings) -> str:
    """Say what the clock says; raises ``Bad`` when it cannot be right, and says what rests until it is."""
    here = Store.of(settings).clock()
    there = database_time()
    if there is not None and abs(there - here.moment) > DRIFT:
        seconds = (there - here.moment).total_seconds()
        raise Bad(f"the database's clock differs by {seconds:.0f} s: set both by NTP")
    if not here.agrees_with_last() and (doubt := here.doubt() or _ahead(here)):
        raise Bad(f"{doubt}: nothing is pruned and no checkpoint taken before {WAY_ON}")
    if doubt := here.doubt_of_signing():
        raise Bad(f"{doubt}: no checkpoint is taken before {WAY_ON}")
    _retention(here, settings.retention)
    beside = "" if there is None else ", as the database's"
    return f"{here.moment:%F %T} UTC{beside}{_wild(here)}"


def _retention(here: Clock, age: timedelta | None) -> None:
    """Raise ``Bad`` when retention rests because the clock may have jumped."""
    if age is not None and here.jump():
        try:
            planned(here, age)
        except Doubtful as error:
            raise Bad(str(error)) from None


def _ahead(here: Clock) -> str | None:
    """Return that an entry is ahead of the clock, when nothing tells which of them is wrong."""
    entry = here.wild(DRIFT)
    return entry and f"it is {here.moment:%F %T} UTC, but {name(entry)} is of {entry.occurred_at:%F %T}"


def _wild(here: Clock) -> str:
    """Name the entry that is furthest ahead of a clock that is right, and say what follows."""
    entry = here.wild(DRIFT)
    if entry is None:
        return ""
    told = f"; {name(entry)} bears a wild date, {entry.occurred_at:%F %T}: "
    if here.wild(DRIFT, covered=here.covered()):
        return f"{told}nothing is pruned before the next checkpoint covers it"
    return f"{told}for retention the time of the first checkpoint that covers it counts"
