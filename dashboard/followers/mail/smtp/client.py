"""smtplib's client with bounded answers, and what went wrong in words that name nobody."""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from dashboard.followers.follow import DeliveryFailed
from dashboard.followers.mail.smtp.answers import Answers, LetterDeadline
from dashboard.followers.mail.smtp.server import MailServer, Security

#: Characters of an answer that are kept.
MAX_SAID = 200
_LOCAL_PART = re.compile(r"[^\s<>@:;,\"']+@")


class MailServerFailed(DeliveryFailed):
    """The server as a whole is at fault, whatever the letter."""


class BoundedClient(smtplib.SMTP):
    """A client whose steps end; ``accepted`` is what the server said to the last letter."""

    accepted = ""

    def __init__(self, server: MailServer) -> None:
        self.deadline = LetterDeadline()
        super().__init__(server.host, server.port, local_hostname=server.helo, timeout=self.deadline.left())

    def getreply(self) -> tuple[int, bytes]:
        """Read an answer, bounded."""
        if self.file is None and self.sock is not None:
            self.file: Any = Answers(self.sock, self.deadline)
        return super().getreply()

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send a letter and keep the answer."""
        code, answer = super().data(msg)
        self.accepted = said(code, answer)
        return code, answer


class _Tls(BoundedClient):
    """The same, in TLS from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        try:
            return _context().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise


@contextmanager
def connected(server: MailServer) -> Iterator[BoundedClient]:
    """Be connected to a server, encrypted and signed in as it says; raises ``MailServerFailed``."""
    client = None
    try:
        with in_our_words(server):
            client = (_Tls if server.security is Security.TLS else BoundedClient)(server)
            client.ehlo_or_helo_if_needed()
            if server.security is Security.STARTTLS:
                client.starttls(context=_context())
                client.ehlo_or_helo_if_needed()
            if server.user is not None:
                client.login(server.user, server.password)
        yield client
        with suppress(OSError):
            client.quit()
    finally:
        if client:
            client.close()


@contextmanager
def in_our_words(server: MailServer) -> Iterator[None]:
    """Raise ``MailServerFailed`` in our words for whatever a conversation fails with."""
    try:
        yield
    except (OSError, UnicodeError, ValueError) as error:  # smtplib's own are OSErrors
        raise MailServerFailed(f"{server} {_words(error)}") from error


def said(code: int, answer: bytes | str) -> str:
    """Return an answer as a line that can be kept: no local part of an address, nothing unprintable."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(f"{code} {_LOCAL_PART.sub('***@', shown)}".split())[:MAX_SAID]


def _words(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"has a certificate that does not hold: {error.verify_message}"
        case ssl.SSLError():
            return f"speaks no TLS: {error.reason or 'the connection was closed'}"
        case smtplib.SMTPNotSupportedError() | UnicodeError():
            return "does not offer what is needed: STARTTLS, or AUTH for the account of MAIL_URL"
        case smtplib.SMTPAuthenticationError():
            return f"refuses the account of MAIL_URL: {said(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPSenderRefused():
            return f"refuses the sender of MAIL_FROM: {said(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPResponseException():
            return f"answers {said(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPServerDisconnected():
            return f"hung up ({str(error).removeprefix('Connection unexpectedly closed: ')})"
        case TimeoutError():
            return "does not answer in time"
    return f"cannot be reached: {getattr(error, 'strerror', None) or type(error).__name__}"


def _context() -> ssl.SSLContext:
    """Return what checks certificates: by the system's authorities, or those of SSL_CERT_FILE."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
