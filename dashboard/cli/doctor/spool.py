"""What waits for the database in local files, and what waits there in vain."""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from dashboard.cli.checks import Bad
from dashboard.log.head import log_origin
from dashboard.log.spool import replay
from dashboard.log.spool.spool import Spool
from models.clock import now

#: How long an attempt may wait; a site that runs enters it within seconds.
MAX_WAIT = timedelta(minutes=1)


def check_spool() -> str:
    """Say how many attempts wait and since when; raises ``Bad`` for those that wait in vain."""
    box = replay.spool()
    if why := box.why_not_writable():
        raise Bad(f"in an outage attempts would be lost: {why}; check GATEHOUSE_SPOOL")
    with suppress(DBAPIError):  # else the last that was heard must do
        box.hear(log_origin())
    waits, is_bad = _waiting(box)
    stuck = [
        f"{count} lines in {path} cannot enter: they are of another log or cannot be read; they enter when "
        "the site is served with that log, else keep the file elsewhere"
        for path, count in sorted(box.stuck().items())
    ]
    if is_bad or stuck:
        raise Bad("; ".join([waits, *stuck]))
    return waits


def _waiting(box: Spool) -> tuple[str, bool]:
    """Return what to say of the attempts that wait for this log, and whether it is bad."""
    count, since = box.waiting()
    if not count:
        return "nothing waits", False
    told = f"{count} attempts wait since {since:%F %T} UTC" if since else f"{count} attempts wait"
    if since and now() - since <= MAX_WAIT:
        return told, False
    return f"{told}; they enter while the site is served and the database takes entries", True
