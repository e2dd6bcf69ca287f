"""Somebody tried to register with an address that has an account: only its owner hears of it."""

import json
from contextlib import suppress

from flask_babel import gettext as _

from dashboard.followers.mail.content import Cause, Content
from models import Action, LoginLog, Outcome


def owner(entry: LoginLog) -> int | None:
    """Whoever has the address, as the entry tells."""
    if entry.action != Action.REGISTER or entry.outcome != Outcome.SUCCESS:
        return None
    with suppress(ValueError, AttributeError):
        number = json.loads(entry.detail or "{}").get("account")
        return number if type(number) is int else None
    return None


def write_taken(cause: Cause) -> Content:
    """Tell the owner, who may have forgotten that they have an account."""
    return Content(
        subject=_("Somebody tried to register with your address"),
        says=(_("Somebody registered with your address. It was not taken: you have an account already."),),
        facts=cause.facts(),
        link=(_("Sign in"), f"{cause.site}/login"),
        then=(
            _("If that was you, sign in with the account that you have."),
            _("If not, there is nothing to do: whoever it was learned nothing about you."),
        ),
        why=_("You get this letter because your account has this address."),
    )
