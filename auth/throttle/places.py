"""The places of attempts: how many there are and for whom; one is taken before a password is hashed."""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

from flask import Flask, current_app

from auth.throttle.failover import Failover
from auth.throttle.networks import address_and_network, network_of
from auth.throttle.stores import Limit, MemoryStore, PlaceStore

_KEY = "gatehouse.throttle"
#: Seconds that a failed sign-in counts, and a registration or a link.
SIGN_IN, REGISTRATION = 300, 3600
#: Failed sign-ins of an account from one address, of an account, of an address, of a network, of a device.
PAIR, ACCOUNT, ADDRESS, NETWORK, DEVICE = 20, 100, 300, 1200, 10
#: Accounts made from one network.
ACCOUNTS = 20
#: Letters with a link that an account may ask for.
LINKS = 4
#: Requests of one token in so many seconds: a hundred thousand entries a second, read by the thousand.
REQUESTS, REQUEST_SECONDS = 1000, 10
#: Wrong tokens from one network in so many seconds.
WRONG_TOKENS, WRONG_SECONDS = 60, 60


@dataclass(frozen=True, slots=True)
class Places:
    """What an attempt took; see `give_back`. ``is_of_device``: the device was here before."""

    limits: tuple[Limit, ...]
    name: str
    is_of_device: bool = False


@dataclass(frozen=True, slots=True)
class TooMany:
    """Nothing was taken: another attempt may be made in ``seconds``."""

    seconds: int


def init_app(app: Flask) -> None:
    """Count in Redis when there is one, so that all workers count together."""
    url = app.config.get("REDIS_URL")
    app.extensions[_KEY] = Failover(url) if url else MemoryStore()


def take_sign_in(account: str, address: str | None, device: str | None = None) -> Places | TooMany:
    """Take the place of an attempt in all counts, or in none.

    ``account`` tells whose password is tried: the account's id once it is known, else the key of the name.
    A ``device`` that signed in to it before has a count of its own and no other: nobody else can use it up.
    An address that cannot be read is no key that strangers would share.
    """
    if device:
        return _take(_limit("device", DEVICE, SIGN_IN, device), is_of_device=True)
    limits = [_limit("account", ACCOUNT, SIGN_IN, account)]
    if address:
        own, network = address_and_network(address)
        limits += [
            _limit("pair", PAIR, SIGN_IN, account, own),
            _limit("address", ADDRESS, SIGN_IN, own),
            _limit("network", NETWORK, SIGN_IN, network),
        ]
    return _take(*limits)


def take_registration(address: str | None) -> Places | TooMany:
    """Take the place of a registration from a network; the operator's own has none."""
    if address is None:
        return Places((), "")
    return _take(_limit("registration", ACCOUNTS, REGISTRATION, network_of(address)))


def take_link(user_id: int) -> Places | TooMany:
    """Take the place of a letter with a link that an account asks for."""
    return _take(_limit("link", LINKS, REGISTRATION, str(user_id)))


def take_request(token: UUID) -> Places | TooMany:
    """Take the place of a request of a token."""
    return _take(_limit("token", REQUESTS, REQUEST_SECONDS, token.hex))


def take_wrong_token(address: str | None) -> Places | TooMany:
    """Take the place of a wrong token from a network; the operator's own has none."""
    if address is None:
        return Places((), "")
    return _take(_limit("wrong", WRONG_TOKENS, WRONG_SECONDS, network_of(address)))


def give_back(places: Places) -> None:
    """Give the place of an attempt back that was no failure."""
    _store().give_back(places.limits, places.name)


def _take(*limits: Limit, is_of_device: bool = False) -> Places | TooMany:
    places = Places(limits, secrets.token_hex(8), is_of_device)
    wait = _store().take(limits, places.name)
    return TooMany(max(1, round(wait))) if wait > 0 else places


def _limit(kind: str, count: int, seconds: int, *who: str) -> Limit:
    text = "\0".join(who).encode("utf-8", "surrogatepass")
    return Limit(f"gatehouse:{kind}:{hashlib.sha256(text).hexdigest()[:32]}", count, seconds)


def _store() -> PlaceStore:
    store: PlaceStore = current_app.extensions[_KEY]
    return store
