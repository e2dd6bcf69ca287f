"""A sign-in from a device or network that is new; the recorder decided that, the letter only reads it."""

from flask_babel import gettext as _

from dashboard.followers.mail.content import Cause, Content
from models import Action, LoginLog, Outcome


def newly_signed_in(entry: LoginLog) -> int | None:
    """Whoever signed in from somewhere new."""
    is_new = entry.action == Action.LOGIN and entry.outcome == Outcome.SUCCESS and entry.new_device is True
    return entry.user_id if is_new else None


def write_new_device(cause: Cause) -> Content:
    """Warn the person."""
    return Content(
        subject=_("New sign-in to your account"),
        says=(_("Somebody signed in to your account from a device or network that it did not use before."),),
        facts=cause.facts(),
        link=(_("See my sign-ins"), f"{cause.site}/account"),
        then=(
            _("If that was you, there is nothing to do."),
            _("If not, somebody knows your password: ask an admin to reset it, which ends all sessions."),
        ),
        why=_(
            "You get this letter because this address is confirmed for your account. It cannot be turned off."
        ),
    )
