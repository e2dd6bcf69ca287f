"""One letter for all that came after the fourth within an hour."""

from flask_babel import gettext as _
from flask_babel import ngettext

from dashboard.followers.mail.content import Cause, Content

#: The name of its kind.
DIGEST = "digest"


def _more(count: int) -> str:
    return str(ngettext("%(num)s more like these.", "%(num)s more like these.", count))


def write_digest(cause: Cause) -> Content:
    """List what would have been a letter each."""
    count = len(cause.digested) + cause.more
    return Content(
        subject=ngettext("%(num)s more message", "%(num)s more messages", count),
        says=(_("At most four letters an hour are sent to you. This is what else there was:"),),
        listed=cause.digested,
        then=(_more(cause.more),) if cause.more else (),
        why=_("You get this letter because your account has this address."),
    )
