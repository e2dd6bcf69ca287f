"""The live page: the newest sealed entries, and the cursor from which the browser goes on."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask_admin import expose

from dashboard.log.head import read_head, sealed_after
from dashboard.panel.base import PanelView
from dashboard.panel.entries import ADMIN_ACTIONS
from dashboard.panel.parts.counts import attempts, people_in
from dashboard.panel.parts.pace import pace
from dashboard.panel.parts.viewing import note_view
from models import Action, db
from models.clock import now

#: Entries that stand on the page before the feed connects.
FIRST_ENTRIES = 50
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


class LivePage(PanelView):
    """The book as it grows."""

    @expose("/")
    def index(self) -> str:
        """Show the newest entries up to the head; `static/panel/live.js` pulls what follows it."""
        note_view("live")
        head = read_head(db.session())
        cursor = max(head.floor, head.seq - FIRST_ENTRIES)
        entries = sealed_after(db.session(), cursor, head.seq, FIRST_ENTRIES)
        return self.render(
            "admin/live.html",
            head=head,
            entries=entries[::-1],
            pace=asdict(pace(head, now())),
            actions=list(Action),
            admin_actions=sorted(ADMIN_ACTIONS),
            **_counts(),
        )

    @expose("/tiles")
    def tiles(self) -> str:
        """Return the tiles alone, as they are now."""
        return self.render("admin/tiles.html", **_counts())


def _counts() -> dict[str, Any]:
    """Return what the tiles show: the last hour, the same hour last week, and who is here."""
    moment = now()
    return {
        "hour": attempts(moment - HOUR, moment),
        "before": attempts(moment - WEEK - HOUR, moment - WEEK),
        "people_in": people_in(moment),
    }
