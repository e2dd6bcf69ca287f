"""What is told of webhooks, in the viewer's language."""

from flask_babel import lazy_gettext as _l

from models import DeliveryState, Trouble

STATES = {
    DeliveryState.WAITING: _l("waiting"),
    DeliveryState.DELIVERED: _l("delivered"),
    DeliveryState.FAILED: _l("failed"),
    DeliveryState.GIVEN_UP: _l("given up"),
}
TROUBLES = {
    Trouble.STATUS: _l("It answered that it failed."),
    Trouble.REDIRECT: _l("It answered with a redirect, which is not followed."),
    Trouble.GONE: _l("It answered that it is gone."),
    Trouble.NO_NAME: _l("Its name was not found."),
    Trouble.FORBIDDEN: _l("It is at an address that webhooks may not go to."),
    Trouble.NO_CONNECTION: _l("Nobody takes a connection there."),
    Trouble.CERTIFICATE: _l("Its certificate does not prove that it is who it says."),
    Trouble.TOO_LATE: _l("It did not answer in time."),
    Trouble.CUT_OFF: _l("It hung up before it answered."),
    Trouble.NONSENSE: _l("What it answered is no HTTP."),
    Trouble.NO_SECRET: _l("Its secret cannot be read with this SECRET_KEY: rotate it."),
    Trouble.NO_ENTRY: _l("The entry was pruned before."),
    Trouble.NOTHING_SUCCEEDED: _l("Nothing succeeded for three days."),
    Trouble.BY_HAND: _l("An admin disabled it."),
    Trouble.ERASED: _l("Its query named somebody who was erased: say anew which entries it gets."),
}
