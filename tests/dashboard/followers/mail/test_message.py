"""A letter as a message: nothing that people chose becomes a header or a tag."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from flask import Flask

from dashboard.followers.mail.content import Content
from dashboard.followers.mail.message import compose, mailbox, message_id, one_line
from dashboard.followers.mail.smtp.outlet import LetterRefused
from tests.support.servers.mail import text_of_letter

CONTENT = Content(
    subject="Hello",
    says=("One & two.",),
    why="Because.",
    facts=(("Device", "<b>okhttp</b>"),),
    link=("Press", "https://gate.example.org/x?a=1&b=2"),
    then=("Do this.",),
)


def composed(
    content: Content = CONTENT, name: str = "alice", email: str = "alice@example.org"
) -> EmailMessage:
    message = compose(
        content,
        sender="Gate <gate@example.org>",
        to=("alice", email),
        identity="<1.x@example.org>",
        locale="en",
    )
    parsed = message_from_bytes(bytes(message), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_it_is_text_and_html_with_the_headers_of_what_no_person_wrote(sqlite_app: Flask) -> None:
    message = composed()
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    headers = {name: message[name] for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted")}
    assert headers == {
        "From": "Gate <gate@example.org>",
        "To": "alice <alice@example.org>",
        "Subject": "Hello",
        "Message-ID": "<1.x@example.org>",
        "Auto-Submitted": "auto-generated",
    }
    assert "List-Unsubscribe" not in message
    assert message["Date"].datetime.tzinfo is not None


def test_text_says_it_as_it_is_and_html_escapes_it(sqlite_app: Flask) -> None:
    text, html = (text_of_letter(composed(), kind) for kind in ("plain", "html"))
    for part in ("One & two.", "Device: <b>okhttp</b>", "https://gate.example.org/x?a=1&b=2", "Because."):
        assert part in text
    for part in (
        "One &amp; two.",
        "&lt;b&gt;okhttp&lt;/b&gt;",
        'href="https://gate.example.org/x?a=1&amp;b=2"',
    ):
        assert part in html
    assert "<b>" not in html
    assert "src=" not in html


NAMES = [
    "alice",
    "Zoë",
    "李娜",
    "a\r\nBcc: everybody@example.org",
    "a\nb",
    "\x00\x1b[31m",
    '"quoted" <x@example.org>',
    "a,b;c",
    "\u2028x",
    "x" * 64,
    "",
    "\ud800",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_puts_nothing_into_the_headers(sqlite_app: Flask, name: str) -> None:
    content = Content(subject=f"Hello {name}", says=(), why="")
    raw = bytes(
        compose(content, sender="g@example.org", to=(name, "a@example.org"), identity="<i@x>", locale="en")
    )
    head, _, _ = raw.partition(b"\r\n\r\n")
    names = [line.partition(b":")[0].decode() for line in head.split(b"\r\n") if line[:1].strip()]
    assert len(set(names)) == len(names)
    assert "Bcc" not in names
    message = message_from_bytes(raw, policy=default)
    assert [address.addr_spec for address in message["To"].addresses] == ["a@example.org"]


ODD = ["", "nobody", "@", "a@", "a@b\r\nBcc: c@d", "a b@example.org", "a@exa mple.org", "a@-.org", "\ud800@x"]


@pytest.mark.parametrize("email", ODD)
def test_what_is_no_address_gets_no_letter(sqlite_app: Flask, email: str) -> None:
    with pytest.raises(LetterRefused):
        composed(email=email)


def test_a_domain_goes_as_ascii() -> None:
    assert mailbox("x", "a@例子.example").addr_spec == "a@xn--fsqu00a.example"


@pytest.mark.parametrize(
    ("site", "host"),
    [
        ("https://gate.example.org", "gate.example.org"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("http://[::1]:8000", "--1"),
    ],
)
def test_a_letter_s_name_is_made_of_what_it_is(site: str, host: str) -> None:
    assert message_id(site, "event", "kind", 7) == f"<event.kind.7@{host}>"
    assert one_line(" a\tb\r\n ") == "a b"
