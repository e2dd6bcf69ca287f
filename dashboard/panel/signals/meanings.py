"""What each signal means, for people who read the panel."""

from flask_babel import lazy_gettext as _l

MEANINGS = {
    "appcontext-pushed": _l("Work for the site begins: a request, a command or a look of a background task."),
    "request-started": _l("A request has come."),
    "before-render-template": _l("A page is about to be made."),
    "template-rendered": _l("A page was made."),
    "message-flashed": _l("Somebody is told something on their next page."),
    "got-request-exception": _l("A request met an error that nobody expected."),
    "request-finished": _l("The answer to a request is ready."),
    "request-tearing-down": _l("A request is over, whatever came of it."),
    "appcontext-tearing-down": _l("Work for the site is about to end."),
    "appcontext-popped": _l("Work for the site has ended."),
    "user-registered": _l("An account was made."),
    "registration-failed": _l("A registration was refused."),
    "login-succeeded": _l("Somebody signed in."),
    "login-failed": _l("Somebody was turned away."),
    "user-logged-out": _l("Somebody signed out."),
    "password-changed": _l("A password was changed or reset."),
    "account-changed": _l("A profile or a second factor was changed."),
    "session-revoked": _l("A session was ended by somebody else, or from another session."),
    "not-me-reported": _l("Somebody said that a sign-in was not theirs."),
    "recording-unavailable": _l("An attempt was refused, as the database did not take its entry."),
    "entry-recorded": _l("An entry is in the book."),
    "person-erased": _l("The last entry of an erased person was emptied."),
}
