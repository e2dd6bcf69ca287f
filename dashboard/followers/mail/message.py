"""A letter as a message: text and HTML, headers that nothing can be put into (RFC 5322, 6532, 3834)."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

import idna
from flask import current_app
from flask_babel import force_locale

from auth.policy import Unfit, fit_email
from dashboard.followers.mail.content import Content
from dashboard.followers.mail.smtp.outlet import NO_CODE, LetterRefused, ServerAnswer
from models.clock import now


def message_id(site: str, *parts: object) -> str:
    """Return what names a letter: a repeat has the same, so that mail programs drop it."""
    host = (urlsplit(site).hostname or "localhost").replace(":", "-")
    return f"<{'.'.join(map(str, parts))}@{host}>"


def compose(
    content: Content,
    *,
    sender: str,
    to: tuple[str, str],
    identity: str,
    locale: str,
    moment: datetime | None = None,
) -> EmailMessage:
    """Return the message; ``to`` is a name and an address. Raises ``LetterRefused``."""
    message = EmailMessage(policy=SMTP)
    message["From"] = mailbox(*parseaddr(sender))
    message["To"] = mailbox(*to)
    message["Subject"] = one_line(content.subject)
    message["Date"] = format_datetime(moment or now())
    message["Message-ID"] = identity
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    with force_locale(locale):
        message.set_content(_rendered("letter.txt", content, to[0], locale))
        message.add_alternative(_rendered("letter.html", content, to[0], locale), subtype="html")
    message["Content-Language"] = locale  # what content is set takes earlier ones away
    return message


def mailbox(name: str, address: str) -> Address:
    """Return a name and an address for a header; its domain as ASCII (IDNA), its local part as it is."""
    try:
        local, _, domain = fit_email(address).rpartition("@")
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
        return Address(one_line(name), username=local, domain=ascii_domain)
    except (Unfit, idna.IDNAError, ValueError) as error:
        refusal = ServerAnswer(NO_CODE, "no letter can be sent to this address")
        raise LetterRefused(refusal) from error


def one_line(text: str) -> str:
    """Return a text without line breaks and control characters, for a header."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _rendered(name: str, content: Content, reader: str, locale: str) -> str:
    """Return a template's text; outside of a request, so without what pages get."""
    template = current_app.jinja_env.get_template(f"mail/{name}")
    text = template.render(letter=content, reader=one_line(reader), locale=locale)
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)
