"""The page that a letter's link leads to: looking changes nothing, since mail scanners follow links."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from auth import throttle
from auth.addresses.confirmation import (
    LinkState,
    ask_for_link,
    look_at_link,
    sends_letters,
    use_link,
)
from auth.pages.access import require_role
from auth.pages.client import client_of_request
from auth.pages.problem import note
from models import Role

_STATUS = {LinkState.EXPIRED: 410, LinkState.INVALID: 404}


def confirm_email(token: str) -> BaseResponse:
    """Show what a link does, and do it when its button is pressed."""
    if request.method != "POST":
        return confirm_page(token)
    use_link(token, client_of_request())
    return redirect(url_for("auth.confirm_email", token=token), 303)


def confirm_page(token: str, status: int = 200, notice: str | None = None) -> Response:
    """Return the page of a link; ``notice`` tells why what was sent could not be taken."""
    found = look_at_link(token)
    title, text = _wording(found.state)
    note(notice or text)
    page = render_template(
        "auth/confirm.html",
        state=found.state,
        title=title,
        text=text,
        notice=notice,
        token=token,
        email=found.account and found.account.email,
        sends_letters=sends_letters(),
    )
    return make_response(page, max(status, _STATUS.get(found.state, 200)))


def send_link() -> BaseResponse:
    """Have a letter sent to the own address, to confirm it."""
    elsewhere = require_role(Role.USER)
    if elsewhere:
        return elsewhere
    if isinstance(throttle.take_link(current_user.user_id), throttle.TooMany):
        flash(_("Several letters were sent in the last hour: use the link of the newest one."))
    elif ask_for_link(current_user, client_of_request()):
        flash(_("A letter with a link is on its way to you."))
    return redirect(url_for("auth.account"), 303)


def _wording(state: LinkState) -> tuple[str, str]:
    wording = {
        LinkState.OPEN: (_("Confirm your address"), _("Press the button to confirm that this is yours:")),
        LinkState.CONFIRMED: (_("Your address is confirmed"), _("There is nothing left to do.")),
        LinkState.EXPIRED: (_("This link is too old"), _("A link works for seven days.")),
        LinkState.RENEWED: (
            _("A new link is on its way"),
            _("Use the one in the newest letter; this one does nothing more."),
        ),
    }
    invalid = (
        _("This link does not work"),
        _("It may be cut, or your address or password was changed since. Sign in to get a new one."),
    )
    return wording.get(state, invalid)
