"""What each request gets, a number, a deadline and a bounded body, and what every answer carries."""

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import Flask, Response, abort, current_app, g, request
from gunicorn.http.errors import ParseException
from werkzeug.middleware.proxy_fix import ProxyFix

from auth.pages.origin import is_host
from auth.pages.problem import as_problem
from dashboard.config.settings import Settings
from models.database.limits import within
from models.measures.catalogue import THROTTLED
from models.transaction import end_read

_KEY, _DEADLINES = "gatehouse.requests", "gatehouse.deadlines"
_COOKIELESS = "gatehouse.cookieless"
#: Bytes of a request's body; the largest form we have is a tenth of it.
MAX_BODY = 256 * 1024
#: Seconds for all that a request wants of the database, so that it is answered within ten.
REQUEST = 8.0
#: Who watches the site gives up sooner.
SOONER = {"/readyz": 4.0, "/metrics": 4.0}


class RequestsUnderWay:
    """Counts the requests that this process is answering; a stream is none once it has begun."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._count, self._quiet_since = 0, 0.0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count one more during the block."""
        with self._change:
            self._count += 1
        try:
            yield
        finally:
            with self._change:
                self._count -= 1
                self._quiet_since = time.monotonic()
                self._change.notify_all()

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Count one less during the block, in which a request only waits."""
        with self._change:
            self._count -= 1
            self._change.notify_all()
        try:
            yield
        finally:
            with self._change:
                self._count += 1

    def wait_for_quiet(self, quiet: float, at_most: float) -> None:
        """Return when nobody was answered for ``quiet`` seconds, or after ``at_most`` seconds."""
        until = time.monotonic() + at_most
        with self._change:
            while (now := time.monotonic()) < until:
                rest = until - now if self._count else self._quiet_since + quiet - now
                if rest <= 0:
                    return
                self._change.wait(min(rest, until - now))


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
        "WTF_CSRF_SSL_STRICT": False,  # auth.pages.origin looks at more than the Referer
        "ORIGINS": settings.own_origins,
        "OWN_HOST": settings.public_url is None,
    }


def init_app(app: Flask) -> None:
    """Count requests, number each, bound its time and body, and set headers."""
    app.extensions[_KEY] = RequestsUnderWay()
    app.extensions[_DEADLINES], app.extensions[_COOKIELESS] = dict(SOONER), []
    app.wsgi_app = _in_time(app, app.wsgi_app)  # type: ignore[method-assign]
    app.before_request(_number_request)
    app.before_request(_read_chunks)
    app.after_request(_complete)
    app.teardown_appcontext(_end_read)
    app.context_processor(lambda: {"csp_nonce": csp_nonce})


def trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe the nearest proxies who asks whom; call it last, so that all of ``app`` hears the same."""
    app.wsgi_app = _with_a_host(app.wsgi_app)  # type: ignore[method-assign]
    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def under_way(app: Flask) -> RequestsUnderWay:
    """Return the requests that ``app`` is answering."""
    requests: RequestsUnderWay = app.extensions[_KEY]
    return requests


def answer_within(app: Flask, path: str, seconds: float) -> None:
    """Give the requests of a path another deadline than `REQUEST`; what waits there must bound its reads."""
    app.extensions[_DEADLINES][path] = seconds


def without_cookies(app: Flask, below: str) -> None:
    """Let no cookie through to what is below a path: a browser's session opens nothing there."""
    app.extensions[_COOKIELESS].append(below)


def csp_nonce() -> str:
    """Return this request's nonce for script and style elements."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _in_time(app: Flask, inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Answer requests by their deadline; a body that is streamed has none."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(tuple(app.extensions[_COOKIELESS])):
            environ.pop("HTTP_COOKIE", None)
        deadline = within(app.extensions[_DEADLINES].get(path, REQUEST))
        with deadline, under_way(app).counted():
            return inner(environ, start_response)

    return answer


def _with_a_host(inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Refuse what names a Host that is none: no page and no address could be made for it."""

    def check(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST")
        if host is None or is_host(host):
            return inner(environ, start_response)
        status, body = HTTPStatus.BAD_REQUEST, b"There is no such host.\n"
        headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    return check


def _number_request() -> None:
    g.request_id = f"r{secrets.token_hex(8)}"  # a letter first, or a spreadsheet reads some as numbers


def _read_chunks() -> None:
    """Take a body without a length as a whole: it would be cut at the limit without a word.

    Raises 413 when it is larger, 400 when it breaks off or is not well formed.
    """
    environ = request.environ
    if (
        request.url_rule is None
        or request.content_length is not None
        or not environ.get("wsgi.input_terminated")
    ):
        return
    try:
        body = environ["wsgi.input"].read(MAX_BODY + 1)
    except (OSError, ParseException):
        abort(400)
    if len(body) > MAX_BODY:
        abort(413)
    environ["wsgi.input"] = BytesIO(body)


def _complete(response: Response) -> Response:
    """Give a refusal the form that the client prefers, and every answer its headers."""
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        response = as_problem(response)
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        THROTTLED.note(request.endpoint or "")
    return _set_headers(response)


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
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    response.headers.extend(headers)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _end_read(_error: BaseException | None) -> None:
    """End the read transaction; a connection lost meanwhile must not spoil an answer that is ready."""
    end_read()
