"""Where letters leave: a mail server, or in development the server's own output."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from functools import partial
from typing import NamedTuple

import click

from dashboard.config.settings import Settings
from dashboard.followers.mail.smtp.client import (
    BoundedClient,
    MailServerFailed,
    connected,
    in_our_words,
    said,
)
from dashboard.followers.mail.smtp.server import CONSOLE, MailServer, mail_server_of

#: Sends a letter and returns what the server said; raises ``LetterRefused`` and ``MailServerFailed``.
Send = Callable[[EmailMessage], "ServerAnswer"]
#: What stands for the code of an answer that was ours.
NO_CODE = 0
CLOSING, ACCEPTED = 421, 250


class ServerAnswer(NamedTuple):
    """What a server said to a letter, as it may be kept."""

    code: int
    text: str


class Outlet(NamedTuple):
    """A way out that is open: what it is, and what sends a letter."""

    about: str
    send: Send


class LetterRefused(Exception):
    """One letter was refused; ``is_final`` when another try would be refused as well."""

    def __init__(self, answer: ServerAnswer) -> None:
        super().__init__(answer.text)
        self.answer, self.is_final = answer, not 400 <= answer.code < 500


@contextmanager
def outlet(settings: Settings) -> Iterator[Outlet]:
    """Open the way out for some letters; raises ``MailServerFailed``."""
    if settings.mail_url == CONSOLE:
        yield Outlet("letters are printed", _print)
        return
    server = mail_server_of(settings)
    with connected(server) as client:
        version = client.sock.version() if isinstance(client.sock, ssl.SSLSocket) else "without TLS"
        yield Outlet(f"connected to {server}, {version}", partial(_send, server, client))


def _print(message: EmailMessage) -> ServerAnswer:
    """Print what a reader sees of the text."""
    body = message.get_body(("plain",))
    head = [f"{name}: {message[name]}" for name in ("From", "To", "Subject", "Message-ID")]
    click.echo("\n".join([*head, "", body.get_content() if body else ""]))
    return ServerAnswer(ACCEPTED, "printed")


def _send(server: MailServer, client: BoundedClient, message: EmailMessage) -> ServerAnswer:
    """Hand one letter over; what is not clearly about the letter is about the server."""
    client.deadline.restart()
    sender, to = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    with in_our_words(server):
        try:
            client.send_message(message, sender, [to])
        except smtplib.SMTPRecipientsRefused as error:
            (answer,) = error.recipients.values()
            raise _verdict(server, *answer) from error
        except smtplib.SMTPDataError as error:
            raise _verdict(server, error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            words = "the server takes no address like this: it offers no SMTPUTF8"
            raise LetterRefused(ServerAnswer(NO_CODE, words)) from error
    return ServerAnswer(ACCEPTED, client.accepted)


def _verdict(server: MailServer, code: int, answer: bytes | str) -> Exception:
    if code == CLOSING or not 400 <= code < 600:
        return MailServerFailed(f"{server} answers {said(code, answer)}")
    return LetterRefused(ServerAnswer(code, said(code, answer)))
