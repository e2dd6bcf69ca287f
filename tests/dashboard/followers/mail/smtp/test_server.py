"""MAIL_URL, read."""

import pytest

from dashboard.config.settings import ConfigError, Settings, load_settings
from dashboard.followers.mail.smtp.server import MailServer, Security, mail_server_of
from tests.support.servers.gatehouse import SECRET


def settings(mail_url: str, **more: object) -> Settings:
    return load_settings(
        _env_file=None, secret_key=SECRET, mail_url=mail_url, mail_from="gate@example.org", **more
    )


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 587, Security.STARTTLS)),
        ("smtps://mail.example.org", MailServer("mail.example.org", 465, Security.TLS)),
        ("smtp://mail.example.org:2525", MailServer("mail.example.org", 2525, Security.STARTTLS)),
        ("smtp://localhost:25", MailServer("localhost", 25, Security.PLAIN)),
        ("smtp://127.0.0.9", MailServer("127.0.0.9", 587, Security.PLAIN)),
        ("smtp://[::1]:25", MailServer("::1", 25, Security.PLAIN)),
        ("smtps://localhost", MailServer("localhost", 465, Security.TLS)),
        ("smtp://127.0.0.1.example.org", MailServer("127.0.0.1.example.org", 587, Security.STARTTLS)),
        ("smtp://u%40x:p%3A%2F@h", MailServer("h", 587, Security.STARTTLS, "u@x", "p:/")),
        ("smtp://u@h", MailServer("h", 587, Security.STARTTLS, "u", "")),
    ],
)
def test_it_says_where_and_how(url: str, server: MailServer) -> None:
    assert mail_server_of(settings(url)) == server


@pytest.mark.parametrize(
    ("public", "name"),
    [
        ("https://gate.example.org", "gate.example.org"),
        ("http://192.0.2.1", "localhost"),
        (None, "localhost"),
    ],
)
def test_it_greets_with_the_name_of_the_site(public: str | None, name: str) -> None:
    assert mail_server_of(settings("smtp://h", public_url=public)).helo == name


@pytest.mark.parametrize("url", ["console:", "smtp://h"])
def test_a_server_without_a_sender_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ConfigError, match="GATEHOUSE_MAIL_FROM is required"):
        load_settings(_env_file=None, secret_key=SECRET, mail_url=url)


@pytest.mark.parametrize(
    "url",
    ["mail.example.org", "http://h", "smtp://", "smtp://h:0", "smtp://h:x", "smtp://h/x", "smtp://h?x=1"],
)
def test_an_address_that_is_none_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigError, match="GATEHOUSE_MAIL_URL must be an address like smtp://"):
        settings(url)
