"""The address of an endpoint: what may be one, and what of it may be shown."""

import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import idna

from auth.policy import Unfit
from dashboard.followers.webhooks.sending.addresses import is_allowed

MAX_URL = 2000
#: Ports below this one belong to services that are no webhook; but for those of the web.
FIRST_FREE_PORT = 1024
_WEB_PORTS = {"http": 80, "https": 443}
_ODD = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029\ud800-\udfff]")
#: What stands in a path or query as it is; the rest is escaped once.
_KEPT = "/:@!$&'()*+,;=?%-._~[]"


@dataclass(frozen=True, slots=True)
class UrlTarget:
    """Where to send: ``path`` is what the request line asks for."""

    is_tls: bool
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """Scheme, host and port: what says where it goes and holds no secret."""
        scheme = "https" if self.is_tls else "http"
        return f"{scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """The Host header (RFC 9112 3.2); the usual port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _WEB_PORTS["https" if self.is_tls else "http"] else f"{host}:{self.port}"


def fit_target(text: str, *, private: bool) -> UrlTarget:
    """Return what an address names; raises ``Unfit``, also for a place that is not allowed."""
    if len(text) > MAX_URL:
        raise Unfit("An address has at most 2,000 characters.")
    if _ODD.search(text):
        raise Unfit("An address has no spaces, backslashes or control characters.")
    try:
        parts = urlsplit(text)
        scheme, host, port = parts.scheme.lower(), _host(parts.hostname or ""), parts.port
    except (ValueError, idna.IDNAError):
        raise Unfit("This is not an address such as https://example.org/hook.") from None
    if scheme not in _WEB_PORTS or not host:
        raise Unfit("This is not an address such as https://example.org/hook.")
    if "@" in parts.netloc:
        raise Unfit("Leave user name and password out of the address: the signature says who sends.")
    if "#" in text:
        raise Unfit("Leave out what follows the #: it is never sent.")
    if scheme == "http" and not private:
        raise Unfit("Use https: entries name people.")
    port = _WEB_PORTS[scheme] if port is None else port
    _refuse_place(host, port, private=private)
    path = quote(parts.path or "/", safe=_KEPT)
    query = f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
    return UrlTarget(scheme == "https", host, port, path + query)


def shown_url(url: str | None, *, is_whole: bool) -> str:
    """Return an address to show; unless ``is_whole`` without path and query, which may hold a secret."""
    if is_whole:
        return url or ""
    with suppress(Unfit):
        target = fit_target(str(url or ""), private=True)
        return target.origin + ("/…" if target.path != "/" else "/")
    return "…"


def _host(name: str) -> str:
    """Return a host as it is looked up: lower case, in ASCII."""
    if ":" in name or name.isascii():
        return name
    return idna.encode(name, uts46=True).decode()


def _refuse_place(host: str, port: int, *, private: bool) -> None:
    if not private and port not in _WEB_PORTS.values() and port < FIRST_FREE_PORT:
        raise Unfit("Use port 443, 80 or one from 1024.")
    if port == 0:
        raise Unfit("There is no port 0.")
    if not re.fullmatch(r"[0-9A-Za-z._:-]{1,253}", host):
        raise Unfit("This is not an address such as https://example.org/hook.")
    if not all(is_allowed(address, private=private) for address in _literal(host)):
        raise Unfit("Webhooks may not go to this address: it is not public.")


def _literal(host: str) -> list[str]:
    """Return the addresses that a host names by itself, in whatever notation; a name has none yet."""
    with suppress(OSError, UnicodeError):
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(place[4][0]) for place in found]
    return ["127.0.0.1"] if host == "localhost" or host.endswith(".localhost") else []
