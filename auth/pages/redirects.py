"""Where to go on: after signing in, and back to a form. Never to a foreign site."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import RequestRedirect

from auth.pages.problem import is_for_programs

FormView = TypeVar("FormView", bound=Callable[..., Any])


def safe_next(target: str | None) -> str | None:
    """Return ``target`` when it is a path on this site, else None (OWASP unvalidated redirects).

    Browsers read ``//host``, ``/\\host`` and control characters as ways to another host.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(char) < 33 or ord(char) == 127 for char in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else target


def next_page(target: str | None) -> str | None:
    """Return ``target`` when it is a page of this site to go on to, else None.

    What only takes a form is none, nor are the sign-in page and files.
    """
    safe = safe_next(target)
    return safe if safe and _is_page(urlsplit(safe).path) else None


def _is_page(path: str) -> bool:
    try:
        endpoint, _ = current_app.url_map.bind("").match(unquote(path), method="GET")
    except RequestRedirect:  # a slash is missing
        return True
    except HTTPException as error:
        return isinstance(error, NotFound)  # which says so
    return endpoint not in ("auth.login", "static")


def form_stands_on(page: Callable[[], str]) -> Callable[[FormView], FormView]:
    """Mark a view whose form stands on another page, which ``page`` finds by what the form holds."""

    def mark(view: FormView) -> FormView:
        view.form_stands_on = page  # type: ignore[attr-defined]
        return view

    return mark


def page_of_form() -> str | None:
    """Return the path of the page whose form was sent, or None when that is not known.

    It is what `form_stands_on` says, the page that the browser names, or the form's own address
    where that is a page.
    """
    if request.method in ("GET", "HEAD"):
        return safe_next(request.full_path.removesuffix("?"))
    if page := getattr(current_app.view_functions.get(request.endpoint or ""), "form_stands_on", None):
        return safe_next(page())
    rule = request.url_rule
    own = request.full_path.removesuffix("?") if rule and "GET" in (rule.methods or ()) else None
    return safe_next(_page_named() or (None if is_for_programs() else own))


def _page_named() -> str | None:
    """Return the path of the Referer, when it is a page of this site."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:
        return None
    return f"{parts.path}?{parts.query}".removesuffix("?") if parts.netloc == request.host else None
