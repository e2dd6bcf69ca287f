"""Where a request comes from: what changes something must come from a page of this site (Fetch Metadata).

``Sec-Fetch-Site`` tells it; without that Origin does, then Referer. Where a browser tells nothing, the
token of the form decides alone.
"""

import logging
import re
from collections.abc import Collection, Mapping
from ipaddress import IPv6Address
from urllib.parse import urlsplit

import idna
from flask import Flask, abort, current_app, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import Headers

logger = logging.getLogger(__name__)
SAFE = ("GET", "HEAD", "OPTIONS")
_KEY = "gatehouse.host"
#: Characters of a host's name at most (RFC 1035).
MAX_HOST = 253
_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9_.-]+))(?::(?P<port>[0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def init_app(app: Flask) -> None:
    """Refuse what other sites have browsers send; ``ORIGINS`` are ours, with ``OWN_HOST`` any host is."""
    app.config.setdefault("ORIGINS", ())
    app.config.setdefault("OWN_HOST", True)
    app.before_request(_refuse_foreign)


def normal_origin(address: str) -> str:
    """Return ``scheme://host[:port]`` of an http(s) address: lower case, IDNA, no default port.

    Raises ``ValueError`` when it is none.
    """
    parts = urlsplit(address)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError("is no http(s) address")
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{_ascii(parts.hostname)}{port}"


def is_host(text: str) -> bool:
    """Whether ``text`` can be a Host: a name or an address, and a port (RFC 9110, 7.2)."""
    found = _HOST.fullmatch(text)
    if not found or not 0 < int(found["port"] or 80) < 65536:
        return False
    try:
        return bool(IPv6Address(found["v6"]) if found["v6"] else _labels_decode(found["name"]))
    except ValueError:
        return False


def _labels_decode(name: str) -> bool:
    """Whether each label of a name is one that DNS and IDNA know; raises ``ValueError`` when not."""
    return len(name) <= MAX_HOST and bool(name.rstrip(".").encode().decode("idna").encode("idna"))


def is_from_here(headers: Mapping[str, str] | Headers, ours: Collection[str]) -> bool:
    """Whether a request comes from one of the origins ``ours``, or from nobody who tells."""
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("Origin")
    told = origin if origin not in (None, "", "null") else headers.get("Referer")
    if not told:
        return True
    try:
        return normal_origin(told) in ours
    except ValueError:
        return False


def _refuse_foreign() -> None:
    """Raise ``CSRFError`` for a form that another site sent."""
    if request.method in SAFE:
        return
    ours = set(current_app.config["ORIGINS"])
    try:
        host = normal_origin(request.host_url)
    except ValueError:  # such as one with an underscore
        abort(400)
    if current_app.config["OWN_HOST"]:
        ours.add(host)
    _compare_host(host)
    if not is_from_here(request.headers, ours):
        raise CSRFError(_("It was sent from another site."))


def _compare_host(host: str) -> None:
    """Say once that the proxy passes another Host than people use: links and redirects follow from it."""
    ours = current_app.config["ORIGINS"]
    if _KEY in current_app.extensions or current_app.config["OWN_HOST"] or not ours:
        return
    if host not in ours:
        current_app.extensions[_KEY] = True
        logger.warning("Host is %s, PUBLIC_URL is %s: the proxy does not pass Host", request.host, ours[0])


def _ascii(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    try:
        return idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return host.lower()
