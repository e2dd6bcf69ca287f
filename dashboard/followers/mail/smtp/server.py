"""The mail server of the settings."""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from dashboard.config.settings import Settings

CONSOLE = "console:"
_PORTS = {"smtp": 587, "smtps": 465}


class Security(StrEnum):
    """How letters are protected on their way; TLS always checks certificate and host name."""

    PLAIN = "none"
    STARTTLS = "STARTTLS"
    TLS = "TLS"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over; ``helo`` is the name that we say we have (RFC 5321 4.1.1.1)."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str = field(default="", repr=False)
    helo: str = "localhost"

    def __str__(self) -> str:
        """The address without the account."""
        return f"{self.host}:{self.port}"


def mail_server_of(settings: Settings) -> MailServer:
    """Return the server of MAIL_URL.

    ``smtp://`` is STARTTLS; to this machine itself it is plain, as there is nobody between and the
    certificate of a local server names no host.
    """
    parts = urlsplit(settings.mail_url or "")
    host, own = parts.hostname or "", urlsplit(settings.address).hostname or ""
    security = Security.PLAIN if _is_here(host) else Security.STARTTLS
    return MailServer(
        host=host,
        port=parts.port or _PORTS.get(parts.scheme, 0),
        security=Security.TLS if parts.scheme == "smtps" else security,
        user=None if parts.username is None else unquote(parts.username),
        password=unquote(parts.password or ""),
        helo=own if own[-1:].isalpha() else "localhost",
    )


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name
        return False
