"""Who may see a page."""

from flask import abort, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from models import Role


def refusal(needed: Role) -> Response | None:
    """Return where to send a visitor who must not go on, None when they may.

    Strangers go to the sign-in page and come back; raises 403 for a role below ``needed``.
    """
    if not current_user.is_authenticated:
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("auth.login", next=back))
    if not current_user.role.includes(needed):
        abort(403)
    return None
