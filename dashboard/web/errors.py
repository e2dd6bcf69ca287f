"""What every error looks like: a page, or problem+json for who prefers it."""

from typing import Any

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as BaseResponse

from auth.pages.problem import note
from auth.pages.redirects import page_of_form
from auth.pages.render import form_again
from auth.signals import NotRecorded
from dashboard.web.refusals import asked_for, note_refusal
from models import NotWritten

#: Seconds after which a client may try again what could not be done.
UNAVAILABLE_RETRY = 60
SIGN_OUT = "auth.logout"


def init_app(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(CSRFError, _out_of_date)
    for error in (NotWritten, NotRecorded, DBAPIError, PoolTimeout):
        unavailable_after(app, error)
    app.register_error_handler(InternalServerError, _unexpected)
    app.log_exception = _log_error  # type: ignore[method-assign, assignment]


def unavailable_after(app: Flask, error: type[Exception]) -> None:
    """Have ``error`` answered by the page that says "not possible right now"."""
    app.register_error_handler(error, _unavailable)


def error_page(code: int, title: str, message: str, **shown: Any) -> Response:
    """Return the page of an error: what happened, what to do, the number to quote."""
    note(_sentences(title, message))
    page = render_template(
        "errors/error.html",
        code=code,
        title=title,
        message=message,
        request_id=g.get("request_id", ""),
        **shown,
    )
    answer = make_response(page, code)
    if code == 503:
        answer.headers["Retry-After"] = str(UNAVAILABLE_RETRY)
    return answer


def _refused(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    _is_user_known()
    if error.code in (401, 403):
        _note_refusal(error.code)
    answer = error_page(error.code, *_wording(error.code))
    for name, value in error.get_headers(request.environ):  # such as Allow and Retry-After
        if name != "Content-Type":
            answer.headers[name] = value
    return answer


def _out_of_date(_error: CSRFError) -> BaseResponse:
    """Show the form again with a fresh token; who is signed in no more goes to the sign-in page."""
    is_known = _is_user_known()
    _note_refusal(400)
    title, way_on = _("This form is out of date"), _("It is fresh now: check it and send it again.")
    if not request.cookies:
        title, way_on = (
            _("Your browser sent no cookie"),
            _("Allow cookies for this site, then send it again."),
        )
    if again := form_again(400, _sentences(title, way_on)):
        return again
    if is_known and not current_user.is_authenticated:
        back = None if request.endpoint == SIGN_OUT else page_of_form()
        return redirect(url_for("auth.login", next=back), 303)
    message = _("Go back, reload the page and try again.")
    return error_page(400, title, message, back=page_of_form(), sign_out=request.endpoint == SIGN_OUT)


def _sentences(first: str, second: str) -> str:
    """Return both, as the viewer's language ends a sentence."""
    return str(_("%(first)s. %(second)s", first=first, second=second))


def _note_refusal(status: int) -> None:
    note_refusal(
        current_app._get_current_object(),  # type: ignore[attr-defined]
        asked_for(),
        status,
        user=getattr(current_user, "user_id", None),
        client=request.remote_addr,
    )


def _is_user_known() -> bool:
    """Whether it is known who gets the page; when the database cannot tell it is nobody in particular."""
    try:
        bool(current_user.is_authenticated)
    except (DBAPIError, PoolTimeout):
        g._login_user = AnonymousUserMixin()
        return False
    return True


def _unavailable(error: Exception) -> Response:
    """Answer alike whoever asks: an outage must not tell right passwords from wrong ones."""
    current_app.logger.error("%s: %s", asked_for(), error)
    g._login_user = AnonymousUserMixin()  # looking the user up may be what failed
    title, message = _wording(503)
    answer = form_again(503, _sentences(title, message)) or error_page(503, title, message)
    answer.headers["Retry-After"] = str(UNAVAILABLE_RETRY)
    return answer


def _log_error(error: Any) -> None:
    """Tell an error that nobody expected; its line bears the number of the request, as all do."""
    current_app.logger.error("%s", asked_for(), exc_info=error)


def _unexpected(_error: InternalServerError) -> Response:
    g._login_user = AnonymousUserMixin()
    return error_page(500, *_wording(500))


def _wording(code: int) -> tuple[str, str]:
    wording = {
        403: (_("This page is not for you"), _("Your account may not open it. Ask an admin if it should.")),
        404: (_("There is no such page"), _("Check the address, or go back.")),
        405: (_("That is not possible here"), _("Go back and use the page's own buttons.")),
        413: (_("That was too much"), _("The form you sent is too large. Send less.")),
        429: (_("Too many attempts"), _("Wait a little and try again.")),
        500: (_("Something went wrong"), _("It was our mistake and it was noted. Try again.")),
        503: (_("Not possible right now"), _("Nothing was changed. Try again in a minute.")),
    }
    return wording.get(code, (_("The request was not understood"), _("Go back and try again.")))
