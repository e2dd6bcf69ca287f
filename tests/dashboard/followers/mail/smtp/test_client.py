"""A mail server that does not behave, or is another, is told in words of ours and in bounded time."""

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from dashboard.followers.mail.smtp import answers
from dashboard.followers.mail.smtp.client import MAX_SAID, MailServerFailed, connected, said
from dashboard.followers.mail.smtp.server import MailServer, Security
from tests.support.servers.mail import Authority, mail_server
from tests.support.servers.process import free_port
from tests.support.servers.rude_mail import GREETING, drip, endless, rude_server
from tests.support.servers.silent import silent_server


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps end soon."""
    monkeypatch.setattr(answers, "STEP_TAKES", 0.4)
    monkeypatch.setattr(answers, "LETTER_TAKES", 1.0)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that this machine trusts."""
    made = Authority.made(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


def failure(port: int, security: Security = Security.PLAIN, host: str = "127.0.0.1", **account: str) -> str:
    """Return what is told of a server; fails when all is well."""
    with (
        pytest.raises(MailServerFailed) as told,
        connected(MailServer(host, port, security, **account)),
    ):
        pass
    return re.sub(r"^\S+:\d+ ", "", str(told.value))


Script = Callable[[threading.Event], Iterable[bytes]]
RUDE: dict[str, tuple[Script, str]] = {
    "garbage": (lambda _: [b"\x00\xffhello\r\n"], "answers -1"),
    "no": (lambda _: [b"554 go away\r\n"], "answers 554 go away"),
    "closes": (lambda _: [b"421 closing\r\n"], "answers 421 closing"),
    "says nothing and hangs up": (lambda _: [], "hung up"),
    "half a line": (lambda _: [b"220 rud"], "hung up"),
    "one long line": (lambda _: [b"220 " + b"x" * 20_000], "answers 500 Line too long."),
    "drips": (drip, "hung up (timed out)"),
    "never ends": (lambda _: endless(), "hung up (it says too much)"),
    "greets and hangs up": (lambda _: [GREETING], "hung up"),
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", RUDE)
def test_a_server_that_does_not_behave_is_told_in_time(name: str) -> None:
    script, words = RUDE[name]
    with rude_server(script) as port:
        assert words in failure(port)


@pytest.mark.usefixtures("quick")
def test_one_that_hangs_in_its_greeting_is_told() -> None:
    with silent_server() as server:
        assert failure(server.port) == "hung up (timed out)"
        assert failure(server.port, Security.TLS) == "does not answer in time"


def test_one_that_is_down_is_told() -> None:
    assert failure(free_port()) == "cannot be reached: Connection refused"
    assert failure(25, host="no-such-host.invalid").startswith("cannot be reached: ")


@pytest.mark.usefixtures("quick")
def test_each_letter_has_its_own_time() -> None:
    deadline = answers.LetterDeadline()
    deadline._end = time.monotonic()
    with pytest.raises(TimeoutError):
        deadline.left()
    deadline.restart()
    assert 0 < deadline.left() <= answers.STEP_TAKES


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize(
    ("host", "days", "words"),
    [
        ("localhost", 30, None),
        ("elsewhere.example", 30, "Hostname mismatch"),
        ("localhost", -3, "certificate has expired"),
    ],
)
def test_certificate_and_host_name_are_checked(
    authority: Authority, security: Security, host: str, days: int, words: str | None
) -> None:
    context = authority.context(host, days=days)
    kind = {"starttls": context} if security is Security.STARTTLS else {"tls": context}
    with mail_server(**kind) as postbox:  # type: ignore[arg-type]
        if words:
            told = failure(postbox.port, security, "localhost")
            assert told.startswith("has a certificate that does not hold: ")
            assert words in told
            return
        with connected(MailServer("localhost", postbox.port, security)) as client:
            assert client.noop()[0] == 250


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_certificate_of_nobody_is_refused(tmp_path: Path, security: Security) -> None:
    context = Authority.made(tmp_path).context("localhost")
    kind = {"starttls": context} if security is Security.STARTTLS else {"tls": context}
    with mail_server(**kind) as postbox:  # type: ignore[arg-type]
        assert "certificate" in failure(postbox.port, security, "localhost")


def test_without_starttls_nothing_is_said_in_the_clear() -> None:
    with mail_server() as postbox:
        told = failure(postbox.port, Security.STARTTLS, user="gate", password="let me through")
    assert told == "does not offer what is needed: STARTTLS, or AUTH for the account of MAIL_URL"


def test_a_server_that_speaks_no_tls_is_told() -> None:
    with mail_server() as postbox:
        assert failure(postbox.port, Security.TLS).startswith("speaks no TLS: ")


@pytest.fixture
def guarded(authority: Authority) -> Iterator[int]:
    """A server that wants a password."""
    with mail_server(starttls=authority.context("localhost"), wants_password=True) as postbox:
        yield postbox.port


def test_an_account_is_let_in(guarded: int) -> None:
    server = MailServer("localhost", guarded, Security.STARTTLS, "gate", "let me through")
    with connected(server) as client:
        assert client.noop()[0] == 250
    assert "let me through" not in repr(server) + str(server)


@pytest.mark.parametrize("password", ["wrong", "", "påss"])
def test_an_account_that_is_refused_is_told_without_its_password(guarded: int, password: str) -> None:
    told = failure(guarded, Security.STARTTLS, "localhost", user="gate", password=password)
    assert "the account of MAIL_URL" in told
    assert not password or password not in told


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (b"5.1.1 <alice@example.org>: unknown", "550 5.1.1 <***@example.org>: unknown"),
        (b"no alice.b+c@example.org here\r\n\x1b[31mred", "550 no ***@example.org here [31mred"),
        ("\u202eüser@exämple.org".encode(), "550 ***@exämple.org"),
        (b"\xff\xfe", "550 \ufffd\ufffd"),
        (b"x" * 1000, f"550 {'x' * (MAX_SAID - 4)}"),
    ],
)
def test_an_answer_is_kept_without_local_parts_and_in_one_line(answer: bytes, kept: str) -> None:
    assert said(550, answer) == kept
