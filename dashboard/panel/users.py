"""Users: a list to find somebody in, and one person with their history."""

from flask import abort, request
from flask_admin import expose

from auth.history import own_sessions
from dashboard.panel.base import PanelView
from dashboard.panel.entries import newest
from dashboard.panel.parts.people import page_of_people
from dashboard.panel.parts.viewing import note_view
from models import User, db
from models.clock import now

#: The largest id a database can hold.
MAX_USER_ID = 2**63 - 1


class Users(PanelView):
    """The accounts; read-only."""

    @expose("/")
    def index(self) -> str:
        """List accounts by name, found by the beginning of it."""
        wanted = request.args.get("q", "").strip()
        after, before = request.args.get("after"), request.args.get("before")
        page = page_of_people(wanted.removesuffix("*"), after=after, before=before)
        return self.render("admin/users.html", page=page, q=wanted, now=now())

    @expose("/<int:user_id>")
    def user(self, user_id: int) -> str:
        """Show one account, its live sessions and newest entries."""
        user = db.session.get(User, user_id) if user_id <= MAX_USER_ID else None
        if user is None:
            abort(404)
        note_view("user", user_id=user_id)
        return self.render(
            "admin/user.html",
            user=user,
            now=now(),
            entries=newest(50, user_id=user.id),
            sessions=own_sessions(user.id),
        )
