"""Addresses as settings give them; each raises ``ValueError`` saying what is wrong."""

from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from auth.pages.origin import is_host, normal_origin

EXAMPLE = "must be an address like https://gate.example.org"


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
