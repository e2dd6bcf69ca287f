"""Addresses as settings give them; each raises ``ValueError`` saying what is wrong."""

import re
from email.utils import parseaddr
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from auth.pages.origin import is_host, normal_origin
from auth.policy import Unfit, fit_email

#: Account and password of an address.
_ACCOUNT = re.compile(r"(?<=://)[^/\s]*@")
EXAMPLE = "must be an address like https://gate.example.org"


def without_account(text: str) -> str:
    """Return a text whose addresses tell no account and no password."""
    return _ACCOUNT.sub("***@", text)


def database_address(text: str) -> str:
    """Check the address and choose PyMySQL as the driver."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("is not a database address") from None
    backend = url.get_backend_name()
    if backend not in ("sqlite", "mysql", "mariadb"):
        raise ValueError("must begin with sqlite:///, mysql:// or mariadb://")
    if url.database in (None, "", ":memory:"):  # one in memory would be another for each thread
        raise ValueError("names no database")
    if backend == "sqlite" and "uri" in url.query:  # such a file may be in memory, or made readable by others
        raise ValueError("must be a path, without uri=")
    if backend != "sqlite":
        url = url.set(drivername=f"{backend}+pymysql")
    return url.render_as_string(hide_password=False)


def redis_address(text: str) -> str:
    """Return the address of a Redis as it is."""
    parts = urlsplit(text)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname or parts.port == 0:
        raise ValueError("must be an address like redis://host:6379/0")
    return text


def origin(text: str) -> str:
    """Return ``scheme://host[:port]`` of an http(s) address, lower case, IDNA, no default port."""
    try:
        parts = urlsplit(text)
        found = normal_origin(text)
    except ValueError:
        raise ValueError(EXAMPLE) from None
    is_more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if is_more or not is_host(found.partition("://")[2]):
        raise ValueError(EXAMPLE)
    return found


def mail_server(text: str) -> str:
    """Return the address of a mail server as it is: smtp:// (STARTTLS), smtps:// or console:."""
    if text == "console:":
        return text
    return _server(text, ("smtp", "smtps"), "smtp://user:password@host:587, smtps://host:465 or console:")


def syslog_server(text: str) -> str:
    """Return the address of a syslog server as it is."""
    address, _, query = text.partition("?")
    _server(address, ("udp", "tcp", "tls"), "udp://host:514, tcp://host:601 or tls://host:6514")
    if "@" in address or any(character.isspace() for character in address):
        raise ValueError("must name a host, and nobody on it")
    for name, values in parse_qs(query, keep_blank_values=True).items():
        is_format = name == "format" and values in (["rfc5424"], ["cef"])
        is_authority = name == "ca" and address.startswith("tls:") and len(values) == 1 and values[0]
        if not is_format and not is_authority:
            raise ValueError("knows ?format=cef or rfc5424, and with tls ?ca=/path/of/a/file, each once")
    return text


def sender(text: str) -> str:
    """Return ``address`` or ``Name <address>`` as it is."""
    try:
        fit_email(parseaddr(text)[1])
    except Unfit:
        raise ValueError("must be an e-mail address, or Name <address>") from None
    if not text.isprintable():
        raise ValueError("must be one line")
    return text


def _server(text: str, schemes: tuple[str, ...], examples: str) -> str:
    try:
        parts = urlsplit(text)
        is_right = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number
        is_right = False
    if not is_right or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"must be an address like {examples}")
    return text
