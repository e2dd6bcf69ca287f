"""Follow the log with messages to a syslog server."""

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import Flask

from dashboard.config.settings import Settings
from dashboard.followers.follow import Consequence, Delivery, DeliveryFailed, follow
from dashboard.followers.syslog.again import Sent, entries_between
from dashboard.followers.syslog.datagrams import DATAGRAM_LIMIT, send_datagrams
from dashboard.followers.syslog.message import Form, message
from dashboard.followers.syslog.stream import STREAM_LIMIT, Stream
from dashboard.followers.syslog.target import SyslogTarget, target_of
from models import LoginLog


@dataclass(frozen=True)
class OverUdp:
    """Sends each entry once, whether it arrives or not."""

    target: SyslogTarget
    form: Form

    def deliver(self, delivery: Delivery) -> None:
        """Send; raises ``DeliveryFailed`` when it is known here that nobody got them."""
        try:
            send_datagrams(self.target, [message(entry, self.form) for entry in delivery.entries])
        except OSError as error:
            raise DeliveryFailed(why_not_sent(error)) from error


@dataclass(frozen=True)
class OverStream:
    """Sends each entry, and after a break again what may have been lost with the connection."""

    line: Stream
    form: Form
    sent: Sent = field(default_factory=Sent)

    def deliver(self, delivery: Delivery) -> None:
        """Send; raises ``DeliveryFailed`` when the server is not there or takes nothing."""
        try:
            if not self.sent.precedes(delivery.first) or not self.line.is_open():
                self._connect(delivery)
            is_taken = self.line.is_taken()
            self._send(delivery.entries, delivery)
        except BaseException as error:
            self.line.close()
            if isinstance(error, OSError):
                raise DeliveryFailed(why_not_sent(error)) from error
            raise
        self.sent.note(delivery.first, int(delivery.entries[-1].seq or 0), is_taken=is_taken)

    def _connect(self, delivery: Delivery) -> None:
        """Open a connection and send again what may have been lost with the one before."""
        first = self.sent.lost_from(delivery.first)
        self.line.open()
        delivery.renew()
        for entries in entries_between(first, delivery.first):
            self._send(entries, delivery)
        if first < delivery.first:
            self.sent.note(first, delivery.first - 1, is_taken=True)

    def _send(self, entries: Sequence[LoginLog], delivery: Delivery) -> None:
        self.line.send([message(entry, self.form) for entry in entries], delivery.renew)


def why_not_sent(error: OSError) -> str:
    """Return why messages did not go out, for an operator."""
    match error:
        case ssl.SSLCertVerificationError():
            told = f"its certificate is not trusted: {error.verify_message.rstrip('.')}"
        case ssl.SSLError():
            told = f"no TLS with it: {error.reason}"
        case TimeoutError():
            told = "it takes nothing, or does not answer"
        case _:
            told = error.strerror or type(error).__name__
    return f"the server of GATEHOUSE_SYSLOG_URL cannot be sent to: {told}"


def sender_to(url: str, host: str) -> OverUdp | OverStream:
    """Return what sends to the server of an address, as from ``host``."""
    target = target_of(url)
    if target.transport == "udp":
        return OverUdp(target, Form(host, DATAGRAM_LIMIT, target.is_cef))
    return OverStream(Stream(target), Form(host, STREAM_LIMIT, target.is_cef))


def init_app(app: Flask, settings: Settings) -> None:
    """Follow with messages when a syslog server is set."""
    if settings.syslog_url:
        host = urlsplit(settings.public_url or "").hostname or socket.gethostname()
        follow(app, Consequence("syslog", sender_to(settings.syslog_url, host).deliver))
