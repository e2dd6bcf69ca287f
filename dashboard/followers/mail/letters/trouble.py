"""To admins: something is wrong with the record or with what follows it, and that it works again."""

from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _

from dashboard.followers.mail.content import Cause, Content


class TroubleKind(StrEnum):
    """What admins are written to about."""

    FOLLOWER = "follower"
    RECORD = "record"
    QUARANTINE = "quarantine"


def write_trouble(cause: Cause) -> Content:
    """Tell what is wrong, since when, and where to look."""
    what, text, page = _told(cause)
    return Content(
        subject=_("Trouble: %(what)s", what=what),
        says=(text,),
        facts=_facts(cause),
        link=(_("Look at it"), f"{cause.site}{page}"),
        then=(_("A letter comes when it is over; as long as it is not, one a day at most."),),
        why=_why(),
    )


def write_all_well(cause: Cause) -> Content:
    """Tell that it is over."""
    what, _text, page = _told(cause)
    return Content(
        subject=_("Over: %(what)s", what=what),
        says=(_("This is over."),),
        facts=_facts(cause),
        link=(_("Look at it"), f"{cause.site}{page}"),
        why=_why(),
    )


def _told(cause: Cause) -> tuple[str, str, str]:
    """Return what it is, in a line and in a sentence, and the page about it."""
    name = str(cause.words.get("name", ""))
    match cause.words.get("kind"):
        case TroubleKind.FOLLOWER:
            what = _("%(name)s is behind", name=name)
            return (
                what,
                _("What follows the record has failed for more than ten minutes."),
                "/admin/followers/",
            )
        case TroubleKind.QUARANTINE:
            what = _("rows in the record that are not ours")
            text = _("Somebody wrote to the database past Gatehouse. The rows were moved aside and are kept.")
            return what, text, "/admin/"
    text = _("The record could not be verified. Run `manage.py verify`: it says what is wrong.")
    return _("the record is in doubt"), text, "/admin/"


def _facts(cause: Cause) -> tuple[tuple[str, str], ...]:
    since = cause.words.get("since")
    when = cause.moment(datetime.fromisoformat(since)) if since else ""
    found = ((_("Since"), when), (_("Last error"), str(cause.words.get("error") or "")))
    return tuple((name, value) for name, value in found if value)


def _why() -> str:
    return str(_("You get this letter because you are an admin of this site."))
