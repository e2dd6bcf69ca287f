"""One letter for all that came after the fourth within an hour."""

from flask_babel import gettext as _
from flask_babel import ngettext

from dashboard.followers.mail.content import Cause, Content

#: The name of its kind.
DIGEST = "digest"


def write_digest(cause: Cause) -> Content:
    """List what would have been a letter each."""
    count = len(cause.digested)
    return Content(
        subject=ngettext("%(num)s more message", "%(num)s more messages", count),
        says=(_("At most four letters an hour are sent to you. This is what else there was:"),),
        listed=cause.digested,
        why=_("You get this letter because your account has this address."),
    )
