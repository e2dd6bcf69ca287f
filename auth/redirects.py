"""Where to go on: after signing in, and back to a form. Never to a foreign site."""

from urllib.parse import urlsplit

from flask import request

from auth.problem import is_for_programs


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


def page_of_form() -> str | None:
    """Return the path of the page whose form was sent, or None when that is not known.

    It is the page that the browser names, else the form's own address where that is a page.
    """
    if request.method in ("GET", "HEAD"):
        return safe_next(request.full_path.removesuffix("?"))
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
