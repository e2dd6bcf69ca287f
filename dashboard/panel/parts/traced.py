"""How the request of an entry went, as its page tells it."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dashboard.panel.signals.counts import as_duration
from dashboard.traces.own_texts import without_fillings
from dashboard.traces.store import trace_by_request
from models import LoginLog

#: What people call the pages that are shown most; others are told by their templates.
PAGE_NAMES = {
    "auth/login.html": _l("Sign in"),
    "auth/register.html": _l("Register"),
    "auth/account.html": _l("My account"),
    "admin/overview.html": _l("Overview"),
    "admin/logins.html": _l("Logins"),
    "errors/error.html": _l("An error page"),
}


def traced(entry: LoginLog) -> dict[str, Any] | None:
    """Return what the page of ``entry`` tells of its request; None when it is not known."""
    trace = trace_by_request(entry.request_id) if current_app.config["SIGNAL_WATCH"] == "on" else None
    if trace is None:
        return None
    texts = [_quoted(without_fillings(_(text))) for text in trace.shown]
    return {
        "took": as_duration(trace.seconds) if isinstance(trace.seconds, int | float) else None,
        "route": trace.route,
        "status": trace.status,
        "saw": " · ".join([_page(trace.page, trace.status), *texts]),
        "error": trace.error,
    }


def _page(template: str | None, status: int) -> str:
    if template is not None:
        return str(PAGE_NAMES.get(template, template))
    is_elsewhere = isinstance(status, int) and 300 <= status < 400
    return _("sent on to another page") if is_elsewhere else _("no page")


def _quoted(text: str) -> str:
    return _("“%(text)s”", text=text)
