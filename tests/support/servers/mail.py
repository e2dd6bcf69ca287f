"""A real mail server (aiosmtpd) on a loopback port, and certificates for it."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from models.clock import now
from tests.support.servers.process import free_port

PASSWORD = b"let me through"


@dataclass
class Postbox:
    """What a server took; ``answers`` are given to recipients and to letters, by address, in place of 250."""

    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or answer as told."""
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a letter, or answer as told."""
        self.before()
        (address,) = envelope.rcpt_tos
        if address in self.data:
            if self.data[address] == "cut":
                self.keep(envelope)
                server.transport.abort()
                return "250 nobody hears it"
            return self.data[address]
        self.keep(envelope)
        return "250 2.0.0 kept"

    def keep(self, envelope: Envelope) -> None:
        """Keep a letter."""
        content = envelope.content
        assert isinstance(content, bytes)
        letter = message_from_bytes(content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.envelopes.append(envelope)

    @property
    def subjects(self) -> list[str]:
        """What the letters are about."""
        return [str(letter["Subject"]) for letter in self.letters]


def text_of_letter(letter: EmailMessage, kind: str = "plain") -> str:
    """Return a letter's text, or its HTML."""
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def _authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
    fits = isinstance(data, LoginPassword) and data.password == PASSWORD
    return AuthResult(success=fits, handled=False)


@contextmanager
def mail_server(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, **options: Any
) -> Iterator[Postbox]:
    """Run a server: plain, with STARTTLS or in TLS."""
    postbox = Postbox()
    usual: dict[str, Any] = {"hostname": "127.0.0.1", "port": free_port(), "ready_timeout": 30}
    if starttls:
        usual |= {"tls_context": starttls}
    if options.pop("wants_password", False):
        secure = bool(tls or starttls)
        usual |= {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": bool(starttls)}
        usual |= {} if secure else {"auth_require_tls": False}
    controller = Controller(postbox, ssl_context=tls, **usual | options)
    controller.start()
    postbox.port = controller.port
    try:
        yield postbox
    finally:
        controller.stop()


@dataclass(frozen=True)
class Authority:
    """A certificate authority of a test; ``file`` is its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    file: Path

    @classmethod
    def made(cls, folder: Path) -> "Authority":
        """Make one."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(key, "Test Authority", None, key, "Test Authority", days=30)
        file = folder / "authority.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return cls(key, certificate, file)

    def context(self, host: str, *, days: int = 30) -> ssl.SSLContext:
        """Return what a server called ``host`` needs; ``days`` below zero: expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(key, host, host, self.key, "Test Authority", days=days)
        plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, *plain)
        file = self.file.with_name(f"{host}{days}.pem")
        file.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _certificate(
    key: ec.EllipticCurvePrivateKey,
    name: str,
    host: str | None,
    signer: ec.EllipticCurvePrivateKey,
    issuer: str,
    *,
    days: int,
) -> x509.Certificate:
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (name, issuer)]
    begins, ends = now() + timedelta(days=min(days - 1, -1)), now() + timedelta(days=days)
    builder = x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1])
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(begins).not_valid_after(ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    parent = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = builder.add_extension(parent, critical=False)
    if host:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return builder.sign(signer, hashes.SHA256())
