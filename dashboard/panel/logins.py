"""The book: every entry, newest first, and one entry by itself."""

from typing import Any
from uuid import UUID

from flask import abort, make_response, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from auth.pages.access import require_role
from auth.pages.problem import answers_json, note
from auth.pages.redirects import form_stands_on
from dashboard.export.quota import TooManyExports
from dashboard.panel.base import PanelView
from dashboard.panel.entries import detail_of
from dashboard.panel.exports import download, job, list_of_form, order_of, too_many_exports
from dashboard.panel.parts.bars import bars
from dashboard.panel.parts.listing import listing
from dashboard.panel.parts.related import links_from, related
from dashboard.panel.parts.traced import traced
from dashboard.panel.parts.viewing import note_view
from dashboard.panel.parts.vocabulary import vocabulary
from dashboard.query.language.errors import QueryError
from dashboard.query.language.parse import MAX_QUERY
from dashboard.web.errors import error_page
from models import LoginLog, Role, db

#: Seconds a browser may keep the bars: turning pages does not change them.
BARS_KEPT = 30


class Logins(PanelView):
    """The list, one entry, and the export of what is listed."""

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """List the entries that are asked for; a bad question is answered beside its field."""
        try:
            page = self._page(**listing(request.args))
            note_view("list")
            return page
        except QueryError as error:
            message = _(error.message, **error.values)
            note(message, {error.field: [message]})
            return self._page(error=error, message=message), 400

    @expose("/<uuid:event_id>")
    def entry(self, event_id: UUID) -> str:
        """Show all that is known about one entry."""
        entry = db.session.scalar(select(LoginLog).where(LoginLog.event_id == event_id))
        if entry is None:
            abort(404)
        note_view("entry", event_id=event_id)
        links = links_from(request.args)
        return self.render(
            "admin/entry.html",
            entry=entry,
            links=links,
            around=list(related(entry, links)),
            detail=detail_of(entry),
            traced=traced(entry),
        )

    @expose("/histogram")
    def histogram(self) -> ResponseReturnValue:
        """Draw the bars over the list; the page fetches them, so that it never waits for them."""
        try:
            drawn = make_response(self.render("admin/histogram.html", **bars(request.args)))
        except QueryError:
            return "", 400
        drawn.headers["Cache-Control"] = f"private, max-age={BARS_KEPT}"
        drawn.vary.add("Cookie")
        return drawn

    @expose("/export", methods=["POST"])
    @form_stands_on(list_of_form)
    def export(self) -> ResponseReturnValue:
        """Stream what is asked for as a file; recorded at its start and end."""
        try:
            return require_role(Role.AUDITOR) or download(order_of(request.form))
        except QueryError as error:
            message = _(error.message, **error.values)
            return error_page(400, _("Nothing was exported"), message, back=list_of_form())
        except TooManyExports as none:
            return too_many_exports(none)

    @expose("/export/<uuid:export_id>", methods=["GET", "POST"])
    @answers_json
    def export_job(self, export_id: UUID) -> ResponseReturnValue:
        """Tell how far an export has come, as JSON; POST cancels it."""
        return require_role(Role.AUDITOR) or job(export_id)

    def _page(self, **shown: Any) -> str:
        return self.render(
            "admin/logins.html",
            asked=request.args,
            may_export=current_user.role.includes(Role.AUDITOR),
            longest=MAX_QUERY,
            vocabulary=vocabulary(),
            **shown,
        )
