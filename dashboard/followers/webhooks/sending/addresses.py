"""Which addresses a webhook may go to: public ones, whatever dress they come in (OWASP SSRF prevention)."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from dashboard.followers.webhooks.sending.failure import SendFailed
from models import WebhookTrouble

Address = IPv4Address | IPv6Address
#: NAT64 (RFC 6052), and where networks have one of their own (RFC 8215).
_NAT64, _OWN_NAT64 = IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48")
#: IPv4-compatible addresses, given up by RFC 4291.
_COMPATIBLE = IPv6Network("::/96")
_MAX_NAMES_AT_ONCE = 32
_asking = threading.BoundedSemaphore(_MAX_NAMES_AT_ONCE)


def is_allowed(text: str, *, private: bool) -> bool:
    """Whether a connection may go to an address; ``private`` allows loopback and private networks too."""
    try:
        found = list(_meant(ip_address(text)))
    except ValueError:  # with a scope, such as fe80::1%eth0
        return False
    return all(_is_fit(address, private=private) for address in found)


def _meant(address: Address) -> Iterator[Address]:
    """Yield an address and every IPv4 address that stands in it."""
    yield address
    if isinstance(address, IPv4Address):
        return
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    for inner in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())):
        if inner is not None:
            yield inner


def _is_fit(address: Address, *, private: bool) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address in _NAT64):
        return True  # the address in it is looked at by itself
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        return False  # clouds tell their secrets at 169.254.169.254
    if isinstance(address, IPv6Address) and (address in _OWN_NAT64 or address.is_site_local):
        return private
    return private or (address.is_global and not address.is_reserved)


def resolve(host: str, port: int, seconds: float, *, private: bool) -> list[str]:
    """Return the addresses of a host, all of them allowed; raises ``SendFailed``.

    The name is looked up once, in a thread of its own, as the system's resolver may take for ever.
    """
    places, answer = _asking, Future[list[str]]()
    if not places.acquire(blocking=False):
        raise SendFailed(WebhookTrouble.NO_NAME)
    work = partial(_look_up, host, port, answer, places)
    threading.Thread(target=work, name="webhook name", daemon=True).start()
    try:
        found = answer.result(seconds)
    except TimeoutError:
        raise SendFailed(WebhookTrouble.TOO_LATE) from None
    except (OSError, UnicodeError):
        raise SendFailed(WebhookTrouble.NO_NAME) from None
    if not found or not all(is_allowed(address, private=private) for address in found):
        raise SendFailed(WebhookTrouble.FORBIDDEN if found else WebhookTrouble.NO_NAME)
    return found


def _look_up(host: str, port: int, answer: "Future[list[str]]", places: threading.Semaphore) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answer.set_result(list(dict.fromkeys(str(place[4][0]) for place in found)))
    except BaseException as error:
        answer.set_exception(error)
    finally:
        places.release()
