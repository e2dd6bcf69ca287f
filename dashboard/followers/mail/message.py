"""A letter as a message: text and HTML, headers that nothing can be put into (RFC 5322, 6532, 3834)."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

import idna
from flask import current_app

from dashboard.followers.mail.content import Content
from dashboard.followers.mail.smtp.outlet import NO_CODE, LetterRefused, ServerAnswer
from models.clock import now


def message_id(site: str, *parts: object) -> str:
    """Return what names a letter: a repeat has the same, so that mail programs drop it."""
    host = (urlsplit(site).hostname or "localhost").replace(":", ".")
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
    message["Content-Language"] = locale
    message.set_content(_rendered("letter.txt", content, to[0], locale))
    message.add_alternative(_rendered("letter.html", content, to[0], locale), subtype="html")
    return message


def mailbox(name: str, address: str) -> Address:
    """Return a name and an address for a header; its domain as ASCII (IDNA), its local part as it is."""
    local, _, domain = address.rpartition("@")
    try:
        if not local or local != one_line(local):
            raise ValueError("not an address")
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
        return Address(one_line(name), addr_spec=f"{local}@{ascii_domain}")
    except (ValueError, IndexError, AttributeError) as error:  # what the header parser raises too
        raise LetterRefused(ServerAnswer(NO_CODE, "no letter can be sent to this address")) from error


def one_line(text: str) -> str:
    """Return a text without line breaks and control characters, for a header."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _rendered(name: str, content: Content, reader: str, locale: str) -> str:
    """Return a template's text; outside of a request, so without what pages get."""
    template = current_app.jinja_env.get_template(f"mail/{name}")
    return template.render(letter=content, reader=reader, locale=locale)
