"""Where people sign in from: addresses that belong to nobody (RFC 5737, 3849, 1918), common agents."""

from functools import cache
from random import Random

from auth.pages.client import parse_agent
from models.database.types import pack_ip

#: Address as stored, agent as sent, and the agent's browser, system and device.
SeedClient = tuple[bytes, str, str | None, str | None, str | None]

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_AGENTS = (
    (30, f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/142.0.0.0 Safari/537.36"),
    (10, f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"),
    (8, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"),
    (9, f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Chrome/142.0.0.0 Safari/537.36"),
    (
        9,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/26.1 Safari/605.1.15",
    ),
    (4, "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"),
    (14, f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36"),
    (
        13,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/26.1 Mobile/15E148 Safari/604.1",
    ),
    (
        3,
        f"Mozilla/5.0 (Linux; Android 14; SM-S921B) {_WEBKIT} SamsungBrowser/28.0 Mobile Safari/537.36",
    ),
)
_SCRIPTS = ("python-requests/2.32.5", "curl/8.14.1", "Go-http-client/1.1")
_RANGES = (
    (4, "10.{}.{}.{}"),
    (2, "192.168.{1}.{2}"),
    (3, "192.0.2.{2}"),
    (3, "198.51.100.{2}"),
    (4, "203.0.113.{2}"),
    (4, "2001:db8:{0:x}:{1:x}::{2:x}"),
)


def random_address(rng: Random) -> str:
    """Return an address of a documentation or private range."""
    pattern: str = rng.choices([text for _, text in _RANGES], [share for share, _ in _RANGES])[0]
    return pattern.format(rng.randrange(256), rng.randrange(256), rng.randrange(1, 255))


def agent(rng: Random) -> str:
    """Return the User-Agent header of a common browser."""
    return rng.choices([text for _, text in _AGENTS], [share for share, _ in _AGENTS])[0]


def place(rng: Random) -> SeedClient:
    """Return a place somebody signs in from with a browser."""
    return _place(random_address(rng), agent(rng))


def attacker(rng: Random) -> SeedClient:
    """Return a place that somebody's script runs at."""
    return _place(f"198.51.100.{rng.randrange(1, 255)}", rng.choice(_SCRIPTS))


@cache
def _place(ip: str, text: str) -> SeedClient:
    return (pack_ip(ip), text, *parse_agent(text))
