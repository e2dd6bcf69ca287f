"""Webhooks go to public addresses only, whatever dress an address comes in."""

import socket
import threading
from typing import Any

import pytest

from dashboard.followers.webhooks.sending import addresses
from dashboard.followers.webhooks.sending.addresses import is_allowed, resolve
from dashboard.followers.webhooks.sending.failure import SendFailed
from models import WebhookTrouble

PUBLIC = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
PRIVATE = [
    *("127.0.0.1", "127.9.9.9", "10.0.0.7", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.7", "64:ff9b::7f00:1", "64:ff9b::a00:7", "64:ff9b:1::1"),
    *("2002:7f00:1::", "2002:a00:7::1", "2001:0:7f00:1::", "2001:0:5db8:d822:0:0:f5ff:fff8"),
    *(
        "198.18.0.1",
        "192.0.2.1",
        "203.0.113.9",
        "2001:db8::1",
        "240.0.0.1",
        "fec0::1",
        "192.0.0.170",
        "::7f00:1",
    ),
]
#: Nobody's webhook, also where private addresses are allowed.
NEVER = [
    *(
        "169.254.169.254",
        "fe80::1",
        "fe80::1%1",
        "224.0.0.1",
        "ff0e::1",
        "0.0.0.0",
        "::",
        "255.255.255.255.1",
    ),
    *(
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "::ffff:0.0.0.0",
        "",
        "localhost",
        "x",
    ),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_fine(address: str) -> None:
    assert is_allowed(address, private=False)
    assert is_allowed(address, private=True)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_one_is_for_who_allows_it(address: str) -> None:
    assert not is_allowed(address, private=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.7", "fd00::1", "::ffff:127.0.0.1"])
def test_the_setting_allows_loopback_and_private_networks(address: str) -> None:
    assert is_allowed(address, private=True)


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("private", [True, False])
def test_some_are_never_allowed(address: str, private: bool) -> None:
    assert not is_allowed(address, private=private)


def answers(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Have every name lead to these addresses."""

    def look_up(_host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def test_a_name_leads_to_all_its_addresses_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "93.184.216.34", "93.184.216.35", "93.184.216.34")
    found = resolve("hooks.example.org", 443, 5, private=False)
    assert found == ["93.184.216.34", "93.184.216.35"]


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["169.254.169.254"]])
def test_one_private_address_among_them_is_enough(monkeypatch: pytest.MonkeyPatch, found: list[str]) -> None:
    answers(monkeypatch, *found)
    with pytest.raises(SendFailed) as failed:
        resolve("hooks.example.org", 443, 5, private=False)
    assert failed.value.trouble is WebhookTrouble.FORBIDDEN


def test_a_name_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("nowhere.invalid", "a" * 64 + ".example", "xn--\udcff"):
        with pytest.raises(SendFailed) as failed:
            resolve(name, 443, 5, private=False)
        assert failed.value.trouble is WebhookTrouble.NO_NAME
    answers(monkeypatch)
    with pytest.raises(SendFailed) as failed:
        resolve("empty.example", 443, 5, private=False)
    assert failed.value.trouble is WebhookTrouble.NO_NAME


def test_a_resolver_that_hangs_is_waited_for_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        let_go.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    monkeypatch.setattr(addresses, "_asking", threading.BoundedSemaphore(2))
    troubles = []
    for _ in range(3):
        with pytest.raises(SendFailed) as failed:
            resolve("slow.example", 443, 0.05, private=False)
        troubles.append(failed.value.trouble)
    let_go.set()
    assert troubles == [WebhookTrouble.TOO_LATE, WebhookTrouble.TOO_LATE, WebhookTrouble.NO_NAME]
