"""Who may see a page."""

from flask import abort, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from auth.pages.redirects import page_of_form
from models import Role


def require_role(needed: Role) -> Response | None:
    """Return where to send a visitor who must not go on, None when they may.

    Strangers go to the sign-in page and come back, to the form when they sent one; raises 403 for
    a role below ``needed``.
    """
    if not current_user.is_authenticated:
        code = 302 if request.method in ("GET", "HEAD") else 303
        return redirect(url_for("auth.login", next=page_of_form()), code)
    if not current_user.role.includes(needed):
        abort(403)
    return None
