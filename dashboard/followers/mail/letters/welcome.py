"""Welcome, and the link that confirms an address; a newer link when it was too old."""

from flask_babel import gettext as _

from auth.addresses.links import CONFIRM, link_token
from dashboard.followers.mail.content import Cause, Content
from models import Action, LoginLog, Outcome


def newcomer(entry: LoginLog) -> int | None:
    """Whoever registered."""
    is_made = entry.action == Action.REGISTER and entry.outcome == Outcome.SUCCESS
    return entry.user_id if is_made else None


def asked(entry: LoginLog) -> int | None:
    """Whoever asked for a newer link."""
    is_asked = entry.action == Action.EMAIL_CONFIRM and entry.outcome == Outcome.FAILURE
    return entry.user_id if is_asked else None


def write_welcome(cause: Cause) -> Content:
    """Welcome somebody and ask them to confirm their address."""
    return Content(
        subject=_("Welcome to Gatehouse: confirm your address"),
        says=(
            _("An account was made with this address."),
            _("Confirm that the address is yours: then it gets a warning when something unusual happens."),
        ),
        facts=cause.facts(),
        link=_link(cause),
        then=(
            _("The link works for seven days."),
            _("If that was not you, do nothing: it stays unconfirmed."),
        ),
        why=_("You get this letter because somebody gave this address when they registered."),
    )


def write_link(cause: Cause) -> Content:
    """Send the link that was asked for."""
    return Content(
        subject=_("Confirm your address"),
        says=(_("You asked for a link to confirm this address."),),
        facts=cause.facts(),
        link=_link(cause),
        then=(
            _("The link works for seven days."),
            _("If that was not you, do nothing: it stays unconfirmed."),
        ),
        why=_("You get this letter because a link was asked for on the site."),
    )


def _link(cause: Cause) -> tuple[str, str] | None:
    if cause.entry is None:
        return None
    token = link_token(CONFIRM, cause.entry.event_id, cause.user)
    return _("Confirm this address"), f"{cause.site}/email/confirm/{token}"
