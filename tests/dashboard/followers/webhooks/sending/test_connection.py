"""The address that was checked is the one that is asked, and its certificate that of the name."""

import datetime
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dashboard.followers.webhooks.sending import connection
from dashboard.followers.webhooks.sending.post import Poster
from dashboard.followers.webhooks.sending.target import UrlTarget
from models import WebhookTrouble
from tests.dashboard.followers.webhooks.sending.once import send
from tests.support.servers.receiver import Handler, Receiver, receiving


def leads_to(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Have each question for a name answered by the next address; return the names that were asked."""
    asked, left = list[str](), list(answers)

    def look_up(host: str, port: int, *, flags: int = 0, **_: Any) -> list[Any]:
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror
        asked.append(host)
        address = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_the_address_that_was_checked_is_the_one_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second answer of a rebinding name server is never heard."""
    asked = leads_to(monkeypatch, "127.0.0.1", "127.0.0.2")
    with receiving() as receiver:
        reply = send(f"http://rebinding.example:{receiver.port}/")
    assert reply.trouble is None
    assert asked == ["rebinding.example"]
    assert receiver.heard[0][0]["Host"] == f"rebinding.example:{receiver.port}"


def test_a_name_that_leads_inside_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, "127.0.0.1")
    with receiving() as receiver:
        reply = send(f"http://inside.example:{receiver.port}/", private=False)
    assert (reply.trouble, receiver.heard) == (WebhookTrouble.FORBIDDEN, [])


def test_a_new_connection_looks_the_name_up_again_and_checks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, "127.0.0.1", "169.254.169.254")

    def once_each(handler: Handler) -> None:
        handler.reply(200, Connection="close")
        handler.close_connection = True

    with receiving(once_each) as receiver:
        poster = Poster(UrlTarget(False, "changing.example", receiver.port, "/"), private=True, seconds=5)
        troubles = [poster.post({}, b"{}").trouble for _ in range(2)]
        poster.close()
    assert troubles == [None, WebhookTrouble.FORBIDDEN]


def certificate(folder: Path, name: str, days: int = 1) -> Path:
    """Write a certificate of its own for a name, with its key; one of negative days has ended."""
    key, moment = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ends = moment + datetime.timedelta(days=days)
    built = (
        x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number())
        .not_valid_before(min(moment, ends) - datetime.timedelta(days=2))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / f"{name}.pem"
    path.write_bytes(key.private_bytes(pem, *plain) + built.public_bytes(pem))
    return path


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Receiver]]:
    """Run receivers with TLS whose certificates are trusted, and have all names lead to them."""
    opened = []
    leads_to(monkeypatch, "127.0.0.1")

    def run(name: str, days: int = 1, trusted: bool = True) -> Receiver:
        path = certificate(tmp_path, name, days)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(path)
        monkeypatch.setenv("SSL_CERT_FILE", str(path if trusted else os.devnull))
        connection._trust.cache_clear()
        opened.append(receiving(context=context))
        return opened[-1].__enter__()

    yield run
    for one in opened:
        one.__exit__(None, None, None)
    connection._trust.cache_clear()


def test_the_certificate_is_that_of_the_name(secure: Callable[..., Receiver]) -> None:
    receiver = secure("hooks.example")
    assert send(f"https://hooks.example:{receiver.port}/").trouble is None
    assert send(f"https://other.example:{receiver.port}/").trouble is WebhookTrouble.CERTIFICATE
    assert len(receiver.heard) == 1


def test_one_that_has_ended_or_that_nobody_vouches_for_is_refused(secure: Callable[..., Receiver]) -> None:
    ended = secure("ended.example", days=-1)
    assert send(f"https://ended.example:{ended.port}/").trouble is WebhookTrouble.CERTIFICATE
    unknown = secure("unknown.example", trusted=False)
    assert send(f"https://unknown.example:{unknown.port}/").trouble is WebhookTrouble.CERTIFICATE
    assert ended.heard == unknown.heard == []


def test_one_that_speaks_no_tls_gets_nothing(secure: Callable[..., Receiver]) -> None:
    with receiving() as plain:
        assert send(f"https://hooks.example:{plain.port}/", 2).trouble is not None
    assert plain.heard == []
