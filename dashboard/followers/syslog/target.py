"""Where messages go, as ``GATEHOUSE_SYSLOG_URL`` says."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

#: The ports that IANA gave to syslog over each.
DEFAULT_PORTS = {"udp": 514, "tcp": 601, "tls": 6514}


@dataclass(frozen=True, slots=True)
class SyslogTarget:
    """A syslog server; ``certificates`` is a file of authorities that are trusted beside the system's."""

    transport: str
    host: str
    port: int
    is_cef: bool = False
    certificates: str | None = None


def target_of(url: str) -> SyslogTarget:
    """Return the server of an address that the settings let pass."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return SyslogTarget(
        parts.scheme,
        str(parts.hostname),
        parts.port or DEFAULT_PORTS[parts.scheme],
        is_cef=query.get("format") == ["cef"],
        certificates=query.get("ca", [None])[0],
    )
