"""Whether each follower delivers, for ``doctor``."""

from datetime import datetime

from dashboard.cli.checks import Bad
from dashboard.followers.standing import FollowerStanding, last_words, standings, title_of
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
    row, name = standing.row, title_of(db.session(), standing.row.name)
    if row.paused_at is not None:
        return ""
    if row.failing_since is not None:
        since = rough_duration((moment - row.failing_since).total_seconds())
        return f"{name} has been failing for {since}, {many(row.failures)} times: {last_words(row)}"
    if standing.seconds > LATE:
        wait = rough_duration(standing.seconds)
        return f"{name} is {many(standing.behind)} entries behind, the oldest waits for {wait}"
    return ""
