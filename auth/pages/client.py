"""Where a request came from, taken once, before any transaction."""

from functools import lru_cache

from flask import g, request
from ua_parser import parse

from auth.events import Client
from models.database.types import pack_ip, unpack_ip

MAX_AGENT = 512


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
    """Return an address as it is stored; a Unix socket or a proxy's ``unknown`` has none."""
    try:
        return unpack_ip(pack_ip(text or ""))
    except ValueError:
        return None


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
