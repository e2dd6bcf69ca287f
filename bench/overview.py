"""Is the overview as quick at ten million entries?

Rival in the same run: the same two days counted by GROUP BY over the log.
"""

import statistics
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bench.datasets import READER, Datasets
from bench.pages import timed
from bench.tables import table
from models import Action, LoginLog, db
from models.clock import now
from tests.support.actions import AuthActions
from tests.support.app import running

ROUNDS = 40


def page(datasets: Datasets, rows: int) -> None:
    """Print the page's median beside that of the rival's statements alone."""
    with running(datasets.mariadb(rows)) as app:
        client = app.test_client()
        assert AuthActions(client).login(READER).status_code == 302
        ours = timed({"overview": "/admin/"}, client.get, ROUNDS)["overview"]
        rival = timed({"counted": ""}, lambda _: counted(now()), ROUNDS // 10)["counted"]
    middles = [statistics.median(times) for times in (ours, rival)]
    lines = [("the page", f"{middles[0]:.1f}", "40"), ("its counts by GROUP BY", f"{middles[1]:.1f}", "")]
    table(f"overview, {rows:,} entries, ms", ("", "median", "wanted <="), lines)


def counted(moment: datetime) -> None:
    """Count today's and yesterday's sign-ins by outcome, over the log."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    day = timedelta(days=1)
    for begin, end in ((midnight, moment), (midnight - day, moment - day)):
        within = (LoginLog.occurred_at >= begin) & (LoginLog.occurred_at < end)
        counts = select(LoginLog.outcome, func.count()).where(LoginLog.action == Action.LOGIN, within)
        db.session.execute(counts.group_by(LoginLog.outcome)).all()
    db.session.rollback()
