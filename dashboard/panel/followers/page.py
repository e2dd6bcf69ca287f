"""The followers page: what each entry leads to, how far that is, and what fails."""

from collections.abc import Callable
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user

from auth.events import AuthEvent
from auth.pages.access import require_role
from auth.pages.client import client_of_request
from auth.pages.problem import note
from auth.pages.redirects import form_stands_on
from dashboard.followers import control
from dashboard.followers.follow import consequences
from dashboard.followers.mail.sending import MAIL
from dashboard.followers.mail.standing import mail_standing
from dashboard.followers.standing import last_words, standings
from dashboard.panel.base import PanelView
from dashboard.panel.followers.meanings import KNOWN_FOLLOWERS
from dashboard.panel.followers.webhook_lists import webhooks_in_short
from models import Action, Role, db

#: Digits that the number of an entry may have.
MAX_DIGITS = 18


def page_of_followers() -> str:
    """Return the path of the page, on which its forms stand."""
    return url_for("followers.index")


class FollowersPage(PanelView):
    """Followers, and what an admin does to them."""

    @expose("/")
    def index(self) -> str:
        """Show how each follower stands."""
        return self._page()

    @expose("/<follower>/pause", methods=["POST"])
    @form_stands_on(page_of_followers)
    def pause(self, follower: str) -> ResponseReturnValue:
        """Have it wait."""
        return self._act(lambda event: control.pause(follower, event), _("It waits until it is resumed."))

    @expose("/<follower>/resume", methods=["POST"])
    @form_stands_on(page_of_followers)
    def resume(self, follower: str) -> ResponseReturnValue:
        """Have it go on."""
        return self._act(lambda event: control.resume(follower, event), _("It goes on where it was."))

    @expose("/<follower>/again", methods=["POST"])
    @form_stands_on(page_of_followers)
    def again(self, follower: str) -> ResponseReturnValue:
        """Have it deliver once more from an entry on."""
        typed = request.form.get("from", "").strip()
        if (first := read_entry_number(typed)) is None:
            return self._wrong(follower, typed, _("This must be the number of an entry, such as 1200."))
        try:
            done = _("It delivers again from entry %(n)s on.", n=typed)
            return self._act(lambda event: control.deliver_again(follower, first, event), done)
        except control.NotInLog as outside:
            return self._wrong(follower, typed, why_not_in_log(outside))

    def _act(self, change: Callable[[AuthEvent], None], done: str) -> ResponseReturnValue:
        if elsewhere := require_role(Role.ADMIN):
            return elsewhere
        try:
            change(current_user.event(Action.SETTINGS_CHANGE, client_of_request()))
        except control.NoFollower:
            abort(404)
        flash(done)
        return redirect(page_of_followers(), 303)

    def _wrong(self, follower: str, typed: str, message: str) -> ResponseReturnValue:
        if elsewhere := require_role(Role.ADMIN):
            return elsewhere
        note(message, {"from": [message]})
        return self._page(wrong={"name": follower, "from": typed, "message": message}), 400

    def _page(self, **shown: Any) -> str:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        found = {standing.row.name: standing for standing in standings(db.session())}
        return self.render(
            "admin/followers.html",
            followers=[(name, KNOWN_FOLLOWERS[name], found.get(name)) for name in KNOWN_FOLLOWERS],
            last_words=last_words,
            running=consequences(app),
            webhooks=webhooks_in_short(),
            letters=mail_standing(db.session()) if MAIL in consequences(app) else None,
            may_act=current_user.role.includes(Role.ADMIN),
            **shown,
        )


def read_entry_number(typed: str) -> int | None:
    """Return the number of an entry as somebody typed it; None for what is none."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= MAX_DIGITS else None


def why_not_in_log(outside: control.NotInLog) -> str:
    """Say which entries there are to deliver."""
    if outside.last < outside.first:
        return str(_("There is no entry yet."))
    return str(
        _("Only entries %(first)s to %(last)s can be delivered.", first=outside.first, last=outside.last)
    )
