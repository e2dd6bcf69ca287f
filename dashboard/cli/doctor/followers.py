"""Whether each follower delivers, for ``doctor``."""

from datetime import datetime

from dashboard.cli.checks import Bad
from dashboard.followers.standing import FollowerStanding, standings
from dashboard.monitoring.problem_words import many, rough_duration
from models import db
from models.clock import now

#: Seconds that an entry may wait for its turn before it is told.
LATE = 60.0


def check_followers() -> str:
    """Say how the followers stand; raises ``Bad`` naming those that fail or are late."""
    found = standings(db.session())
    if troubled := [told for standing in found if (told := _trouble(standing, now()))]:
        raise Bad("; ".join(troubled))
    names = ", ".join(standing.row.name for standing in found if not standing.row.paused_at)
    return f"up to date: {names}" if names else "none follows"


def _trouble(standing: FollowerStanding, moment: datetime) -> str:
    row = standing.row
    if row.paused_at is not None:
        return ""
    if row.failing_since is not None:
        why = (row.last_error or "").rpartition("\n")[2]
        since = rough_duration((moment - row.failing_since).total_seconds())
        return f"{row.name} has been failing for {since}, {row.failures} times: {why}"
    if standing.seconds > LATE:
        wait = rough_duration(standing.seconds)
        return f"{row.name} is {many(standing.behind)} entries behind, the oldest waits for {wait}"
    return ""
