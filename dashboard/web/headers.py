"""What every answer carries, and how Flask is set up for it."""

import secrets
from datetime import timedelta
from io import BytesIO
from typing import Any

from flask import Flask, Response, abort, current_app, g, request
from gunicorn.http.errors import ParseException
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard.config.settings import Settings

#: Bytes of a request's body; the largest form we have is a tenth of it.
MAX_BODY = 256 * 1024


def flask_config(settings: Settings) -> dict[str, Any]:
    """Return Flask's own settings; its defaults for cookies and bodies are too lax."""
    prefix = "__Host-" if settings.is_secure else ""
    return {
        "SECRET_KEY": settings.secret_key,
        "BABEL_TRANSLATION_DIRECTORIES": "dashboard/translations",
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
    """Count proxies, name each request, bound its body and set headers."""
    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(_name_request)
    app.before_request(_read_chunks)
    app.after_request(_set_headers)
    app.context_processor(lambda: {"csp_nonce": csp_nonce})


def csp_nonce() -> str:
    """Return this request's nonce for script and style elements."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _name_request() -> None:
    g.request_id = f"r{secrets.token_hex(8)}"  # a letter first, or a spreadsheet reads some as numbers


def _read_chunks() -> None:
    """Take a body without a length as a whole: it would be cut at the limit without a word.

    Raises 413 when it is larger, 400 when it breaks off or is not well formed.
    """
    given = request.environ
    if (
        request.url_rule is None
        or request.content_length is not None
        or not given.get("wsgi.input_terminated")
    ):
        return
    try:
        body = given["wsgi.input"].read(MAX_BODY + 1)
    except (OSError, ParseException):
        abort(400)
    if len(body) > MAX_BODY:
        abort(413)
    given["wsgi.input"] = BytesIO(body)


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
