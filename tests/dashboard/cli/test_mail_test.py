"""``mail-test`` sends one letter and says in one line what happened."""

from collections.abc import Iterator

import pytest

from tests.dashboard.cli.conftest import Run, on
from tests.support.servers.mail import Postbox, mail_server, text_of_letter
from tests.support.servers.process import free_port

SENDER = {"mail_from": "Gate <gate@example.org>"}


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """A mail server."""
    with mail_server() as postbox:
        yield postbox


@pytest.fixture
def manage(sqlite_url: str) -> Run:
    """Run a command."""
    return on(sqlite_url)


def test_a_letter_arrives_and_is_told(manage: Run, postbox: Postbox) -> None:
    done = manage("mail-test", "Ops@Example.ORG", mail_url=f"smtp://127.0.0.1:{postbox.port}", **SENDER)
    said = f"connected to 127.0.0.1:{postbox.port}, without TLS; accepted: 250 2.0.0 kept\n"
    assert (done.exit_code, done.stdout, done.stderr) == (0, said, "")
    (letter,) = postbox.letters
    assert letter["To"] == "Ops@example.org"
    assert "They do." in text_of_letter(letter)


def test_in_development_it_is_printed(manage: Run) -> None:
    done = manage("mail-test", "ops@example.org", mail_url="console:", **SENDER)
    assert done.exit_code == 0
    assert "Subject: Gatehouse can send letters" in done.stdout
    assert done.stdout.endswith("letters are printed; accepted: printed\n")


def test_what_goes_wrong_is_one_line(manage: Run, postbox: Postbox) -> None:
    url, port = f"smtp://127.0.0.1:{postbox.port}", free_port()
    postbox.recipients["full@example.org"] = "452 full"
    postbox.data["cut@example.org"] = "cut"
    for arguments, settings, words in (
        (["ops@example.org"], {}, "GATEHOUSE_MAIL_URL is not set: no letters are sent"),
        (["nobody"], {"mail_url": url}, "the e-mail address does not hold: This is not an e-mail address."),
        (["full@example.org"], {"mail_url": url}, "without TLS; refused: 452 full"),
        (["cut@example.org"], {"mail_url": url}, "without TLS; 127.0.0.1"),
        (
            ["ops@example.org"],
            {"mail_url": f"smtp://127.0.0.1:{port}"},
            f"127.0.0.1:{port} cannot be reached",
        ),
        (["ops@example.org"], {"mail_url": f"smtps://localhost:{postbox.port}"}, "speaks no TLS"),
    ):
        done = manage("mail-test", *arguments, **settings, **SENDER)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.startswith("Error: ")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_server_without_a_sender_is_refused(manage: Run) -> None:
    done = manage("mail-test", "ops@example.org", mail_url="console:")
    assert done.exit_code == 1
    assert "GATEHOUSE_MAIL_FROM is required beside GATEHOUSE_MAIL_URL" in done.stderr
