"""What every answer carries and every error looks like."""

import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, render_template, request
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from auth.signals import NotRecorded
from dashboard.config import Settings
from models import NotWritten

#: Bytes of a request's body; the largest form we have is a tenth of it.
MAX_BODY = 256 * 1024


def flask_config(settings: Settings) -> dict[str, Any]:
    """Return Flask's own settings; its defaults for cookies and bodies are too lax."""
    prefix = "__Host-" if settings.is_secure else ""
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": MAX_BODY,
        "MAX_FORM_PARTS": 100,
        "SESSION_COOKIE_NAME": f"{prefix}gatehouse",
        "SESSION_COOKIE_SECURE": settings.is_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "WTF_CSRF_TIME_LIMIT": None,  # a form left open overnight still works; the session bounds it
        "WTF_CSRF_SSL_STRICT": settings.is_secure,
    }


def init_app(app: Flask, settings: Settings) -> None:
    """Count proxies, name each request, set headers and answer errors with a page."""
    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(_name_request)
    app.after_request(_set_headers)
    app.context_processor(lambda: {"csp_nonce": csp_nonce})
    app.register_error_handler(HTTPException, _error_page)
    app.register_error_handler(CSRFError, _csrf_page)
    for unavailable in (NotWritten, NotRecorded, DBAPIError, PoolTimeout):
        app.register_error_handler(unavailable, _unavailable_page)
    app.register_error_handler(Exception, _unexpected_page)


def csp_nonce() -> str:
    """Return this request's nonce for script and style elements."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _name_request() -> None:
    g.request_id = f"r{secrets.token_hex(8)}"  # a letter first, or a spreadsheet reads some as numbers


def _set_headers(response: Response) -> Response:
    """Set the headers of OWASP's secure headers project; nothing may come from elsewhere."""
    nonce = f"'self' 'nonce-{csp_nonce()}'"
    headers = {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src {nonce}; style-src {nonce}; img-src 'self' data:; "
            "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Request-ID": g.get("request_id", ""),
    }
    if current_app.config["SETTINGS"].is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    response.headers.extend(headers)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def error_page(code: int, title: str, message: str) -> tuple[str, int]:
    """Return the page of an error: what happened, what to do, the number to quote."""
    page = render_template(
        "errors/error.html", code=code, title=title, message=message, request_id=g.get("request_id", "")
    )
    return page, code


def _error_page(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    _look_visitor_up()
    return error_page(error.code, *_wording(error.code))


def _csrf_page(_error: CSRFError) -> tuple[str, int]:
    _look_visitor_up()
    return error_page(400, _("This form is out of date"), _("Go back, reload the page and try again."))


def _look_visitor_up() -> None:
    """Find out who gets the page; nobody in particular when the database cannot tell."""
    try:
        bool(current_user.is_authenticated)
    except (DBAPIError, PoolTimeout):
        g._login_user = AnonymousUserMixin()


def _unavailable_page(error: Exception) -> tuple[str, int]:
    """Answer alike whoever asks: an outage must not tell right passwords from wrong ones."""
    current_app.logger.error("%s %s: %s", request.method, request.path, error)
    return _stranger_page(503)


def _unexpected_page(error: Exception) -> tuple[str, int]:
    current_app.logger.exception("%s %s", request.method, request.path, exc_info=error)
    return _stranger_page(500)


def _stranger_page(code: int) -> tuple[str, int]:
    """Return an error page that reads no session: looking the visitor up may be what failed."""
    g._login_user = AnonymousUserMixin()
    return error_page(code, *_wording(code))


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
