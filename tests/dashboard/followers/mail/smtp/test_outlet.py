"""What a server says to a letter is about the letter, or about the server."""

from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from dashboard.config.settings import Settings, load_settings
from dashboard.followers.mail.message import mailbox
from dashboard.followers.mail.smtp.client import MailServerFailed
from dashboard.followers.mail.smtp.outlet import LetterRefused, outlet
from tests.support.servers.gatehouse import SECRET
from tests.support.servers.mail import Postbox, mail_server
from tests.support.servers.rude_mail import GREETING, POLITE, rude_server

ALICE = "alice@example.org"


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """A mail server."""
    with mail_server() as postbox:
        yield postbox


def settings(port: int | None) -> Settings:
    url = f"smtp://127.0.0.1:{port}" if port else "console:"
    return load_settings(_env_file=None, secret_key=SECRET, mail_url=url, mail_from="gate@example.org")


def letter(to: str = ALICE) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mailbox("", "gate@example.org"), mailbox("", to), "x"
    message.set_content("Grüße")
    return message


def test_a_letter_is_handed_over(postbox: Postbox) -> None:
    with outlet(settings(postbox.port)) as way:
        assert [way.send(letter()), way.send(letter("bob@example.org"))] == [(250, "250 2.0.0 kept")] * 2
    assert [envelope.rcpt_tos for envelope in postbox.envelopes] == [[ALICE], ["bob@example.org"]]
    assert {envelope.mail_from for envelope in postbox.envelopes} == {"gate@example.org"}


@pytest.mark.parametrize("where", ["recipients", "data"])
@pytest.mark.parametrize(
    ("answer", "is_final"),
    [("550 5.1.1 no alice@example.org", True), ("554 spam", True), ("450 later", False), ("452 full", False)],
)
def test_a_refused_letter_keeps_the_others_going(
    postbox: Postbox, where: str, answer: str, is_final: bool
) -> None:
    getattr(postbox, where)[ALICE] = answer
    with outlet(settings(postbox.port)) as way:
        with pytest.raises(LetterRefused) as refused:
            way.send(letter())
        assert refused.value.is_final is is_final
        assert refused.value.answer == (int(answer[:3]), answer.replace("alice@", "***@"))
        assert way.send(letter("bob@example.org")).code == 250


def test_a_line_that_is_cut_after_data_is_the_server_s_fault(postbox: Postbox) -> None:
    postbox.data[ALICE] = "cut"
    with outlet(settings(postbox.port)) as way, pytest.raises(MailServerFailed, match="hung up"):
        way.send(letter())


@pytest.mark.parametrize("where", ["recipients", "data"])
def test_a_server_that_closes_is_at_fault_itself(postbox: Postbox, where: str) -> None:
    getattr(postbox, where)[ALICE] = "421 closing down"
    with outlet(settings(postbox.port)) as way, pytest.raises(MailServerFailed, match="421 closing down"):
        way.send(letter())


@pytest.mark.parametrize("line", range(1, 5))
@pytest.mark.parametrize("rudeness", [b"\xff\xfe\r\n", b"999 what\r\n", b"", b"x" * 9000 + b"\r\n"])
def test_nonsense_at_any_moment_is_the_server_s_fault(line: int, rudeness: bytes) -> None:
    said = [GREETING, *POLITE, b"250 OK\r\n"]
    said[line] = rudeness
    with (
        rude_server(lambda _: said[: line + 1], waits=True) as port,
        pytest.raises(MailServerFailed),
        outlet(settings(port)) as way,
    ):
        way.send(letter())


def test_a_sender_that_is_refused_is_nothing_about_the_letter() -> None:
    said = [GREETING, b"250 rude\r\n", b"553 not from <gate@example.org>\r\n", b"250 OK\r\n"]
    with (
        rude_server(lambda _: said, waits=True) as port,
        pytest.raises(MailServerFailed, match=r"the sender of MAIL_FROM: 553 not from <\*\*\*@example"),
        outlet(settings(port)) as way,
    ):
        way.send(letter())


@pytest.mark.parametrize("to", ["鲍勃@example.org", "bøb@例子.example"])
def test_an_address_beyond_ascii_needs_a_server_that_takes_it(to: str) -> None:
    with mail_server(enable_SMTPUTF8=False) as postbox, outlet(settings(postbox.port)) as way:
        with pytest.raises(LetterRefused, match="SMTPUTF8") as refused:
            way.send(letter(to))
        assert refused.value.is_final
        assert way.send(letter()).code == 250
    with mail_server(enable_SMTPUTF8=True) as postbox, outlet(settings(postbox.port)) as way:
        assert way.send(letter(to)).code == 250
    (envelope,) = postbox.envelopes
    assert envelope.rcpt_tos == [to.replace("例子", "xn--fsqu00a")]
    assert envelope.smtp_utf8


def test_a_domain_beyond_ascii_goes_anywhere() -> None:
    with mail_server(enable_SMTPUTF8=False) as postbox, outlet(settings(postbox.port)) as way:
        way.send(letter("bob@例子.example"))
    assert postbox.envelopes[0].rcpt_tos == ["bob@xn--fsqu00a.example"]


def test_in_development_letters_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with outlet(settings(None)) as way:
        way.send(letter("bøb@例子.example"))
    printed = capsys.readouterr().out
    assert "Grüße" in printed
    assert "To: bøb@xn--fsqu00a.example" in printed
    assert way.about == "letters are printed"


def test_a_server_is_described(postbox: Postbox) -> None:
    with outlet(settings(postbox.port)) as way:
        assert way.about == f"connected to 127.0.0.1:{postbox.port}, without TLS"
