"""Why tries failed and endpoints were disabled, in words."""

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from models import WebhookTrouble

#: In the language of whoever reads it.
TROUBLES = {
    WebhookTrouble.STATUS: _l("It answered that it failed."),
    WebhookTrouble.REDIRECT: _l("It answered with a redirect, which is not followed."),
    WebhookTrouble.GONE: _l("It answered that it is gone."),
    WebhookTrouble.NO_NAME: _l("Its name was not found."),
    WebhookTrouble.FORBIDDEN: _l("It is at an address that webhooks may not go to."),
    WebhookTrouble.NO_CONNECTION: _l("Nobody takes a connection there."),
    WebhookTrouble.CERTIFICATE: _l("Its certificate does not prove that it is who it says."),
    WebhookTrouble.TOO_LATE: _l("It did not answer in time."),
    WebhookTrouble.CUT_OFF: _l("It hung up before it answered."),
    WebhookTrouble.NONSENSE: _l("What it answered is no HTTP."),
    WebhookTrouble.NO_SECRET: _l("Its secret cannot be read with this SECRET_KEY: rotate it."),
    WebhookTrouble.NO_ENTRY: _l("The entry was pruned before."),
    WebhookTrouble.NOTHING_SUCCEEDED: _l("Nothing succeeded for three days."),
    WebhookTrouble.BY_HAND: _l("An admin disabled it."),
    WebhookTrouble.ERASED: _l("Its query named somebody who was erased: say anew which entries it gets."),
}


def in_english(trouble: WebhookTrouble) -> str:
    """Return the words for operators: in the follower's row, letters and commands."""
    with force_locale("en"):
        return str(TROUBLES[trouble])
