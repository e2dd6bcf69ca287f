"""Overview: today in four numbers, and the newest entries."""

from datetime import timedelta

from flask_admin import expose

from auth.pages.locale import viewer_zone
from dashboard.panel.base import PanelView
from dashboard.panel.entries import newest
from dashboard.panel.parts.counts import attempts, new_users, people_in
from dashboard.panel.parts.trouble import troubles
from dashboard.query.language.period import day_begins
from models.clock import now


class Overview(PanelView):
    """The first page of the panel."""

    @expose("/")
    def index(self) -> str:
        """Show today since the viewer's midnight beside yesterday until the same time of day."""
        zone = viewer_zone()
        today = now().astimezone(zone)
        yesterday = today - timedelta(days=1)  # by the clock on the wall, whatever summer time does
        stretches = [(day_begins(moment.date(), zone), moment) for moment in (today, yesterday)]
        return self.render(
            "admin/overview.html",
            attempts=[attempts(*stretch) for stretch in stretches],
            new_users=[new_users(*stretch) for stretch in stretches],
            people_in=people_in(today),
            entries=newest(10),
            troubles=troubles(),
        )
