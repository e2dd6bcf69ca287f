"""Where a request came from, taken once, before any transaction."""

import logging
import re
from functools import lru_cache

from flask import current_app, g, request
from ua_parser import parse

from auth.events import Client
from models.database.types import pack_ip, unpack_ip

logger = logging.getLogger(__name__)
_UNREADABLE = "gatehouse.unreadable"
MAX_AGENT = 512
#: How some proxies tell an address: with a port (Azure, IIS), IPv6 in brackets.
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+", re.ASCII)


def client_of_request() -> Client:
    """Return the client of the present request.

    ``ip`` is the address after the trusted proxies; ``peer_ip`` is kept only when it differs.
    """
    agent = request.headers.get("User-Agent", "")[:MAX_AGENT].replace("\0", "\N{REPLACEMENT CHARACTER}")
    browser, system, device = parse_agent(agent)
    ip = _address(request.remote_addr)
    peer = _address(request.environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR"))
    return Client(
        ip=ip,
        peer_ip=peer if peer != ip else None,
        user_agent=agent or None,
        browser=browser,
        os=system,
        device=device,
        request_id=g.get("request_id"),
    )


def _address(text: str | None) -> str | None:
    """Return an address as it is stored, without a port; a Unix socket or a proxy's ``unknown`` has none."""
    found = _WITH_PORT.fullmatch(text or "")
    try:
        return unpack_ip(pack_ip((found and (found[1] or found[2])) or text or ""))
    except ValueError:
        _tell_unreadable(text)
        return None


def _tell_unreadable(text: str | None) -> None:
    """Keep that an address could not be read, and warn once: such attempts share no count."""
    if text and _UNREADABLE not in current_app.extensions:
        current_app.extensions[_UNREADABLE] = text[:64]
        logger.warning(
            "a client's address cannot be read: %r; check what the proxy sends as X-Forwarded-For", text[:64]
        )


def unreadable_address() -> str | None:
    """Return the first address that could not be read in this process, if any."""
    found: str | None = current_app.extensions.get(_UNREADABLE)
    return found


def agent_name(user_agent: str | None) -> str:
    """Return "Firefox 140 · Windows", empty when neither is known."""
    browser, system, _device = parse_agent(str(user_agent or ""))
    return " · ".join(part for part in (browser, system) if part)


@lru_cache(maxsize=4096)
def parse_agent(agent: str) -> tuple[str | None, str | None, str | None]:
    """Return browser with major version, operating system and device, each None if unknown."""
    parsed = parse(agent)
    browser = parsed.user_agent
    name = f"{browser.family} {browser.major or ''}".strip()[:64] if browser else None
    system = parsed.os.family[:64] if parsed.os else None
    device = parsed.device.family[:64] if parsed.device else None
    return name, system, device
