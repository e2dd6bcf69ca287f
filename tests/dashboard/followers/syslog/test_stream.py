"""A connection to a syslog server: whom it trusts, how long it waits, what it notices."""

import socket
import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.followers.syslog import stream
from dashboard.followers.syslog.follower import why_not_sent
from dashboard.followers.syslog.stream import Stream
from dashboard.followers.syslog.target import target_of
from tests.support.servers.certificate import Certificate, certificate
from tests.support.servers.process import free_port
from tests.support.servers.rsyslog import rsyslog
from tests.support.servers.silent import silent_server
from tests.support.waiting import wait_until

MESSAGES = [b"<86>1 - - - - - - one", "<86>1 - - - - - - \ufeff李".encode(), b"<86>1 - - - - - - three"]


def never() -> None:
    """Stand in for renewing a turn that lasts."""


def refusal(url: str) -> str:
    """Return why nothing can be sent to an address."""
    with pytest.raises(OSError) as refused:
        Stream(target_of(url)).open()
    return why_not_sent(refused.value).rpartition("be sent to: ")[2]


def delivers(url: str, receiver: object, count: int) -> None:
    """Send what rsyslog then has."""
    line = Stream(target_of(url))
    line.open()
    line.send(MESSAGES, never)
    wait_until(lambda: len(receiver.received()) == count, "they have arrived")  # type: ignore[attr-defined]
    assert line.is_open()
    line.close()


@pytest.fixture
def mine(tmp_path: Path) -> Certificate:
    """A certificate for localhost."""
    return certificate(tmp_path, "localhost")


def test_messages_arrive_as_they_are(tmp_path: Path) -> None:
    with rsyslog(tmp_path / "rsyslog") as receiver:
        delivers(f"tcp://127.0.0.1:{receiver.port}", receiver, 3)
        assert [line.encode() for line in receiver.received()] == MESSAGES


def test_over_tls_a_server_is_trusted_by_its_authority(tmp_path: Path, mine: Certificate) -> None:
    with rsyslog(tmp_path / "rsyslog", mine) as receiver:
        delivers(f"tls://localhost:{receiver.port}?ca={mine.ca}", receiver, 3)
        assert "self-signed certificate" in refusal(f"tls://localhost:{receiver.port}")
        told = refusal(f"tls://127.0.0.1:{receiver.port}?ca={mine.ca}")
        assert told == (
            "its certificate is not trusted: IP address mismatch, certificate is not valid for '127.0.0.1'"
        )
        assert len(receiver.received()) == 3


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    theirs = certificate(tmp_path, "other.example")
    with rsyslog(tmp_path / "rsyslog", theirs) as receiver:
        told = refusal(f"tls://localhost:{receiver.port}?ca={theirs.ca}")
    assert "Hostname mismatch, certificate is not valid for 'localhost'" in told


def test_a_certificate_that_is_over_is_refused(tmp_path: Path) -> None:
    old = certificate(tmp_path, "localhost", age=timedelta(days=9))
    with rsyslog(tmp_path / "rsyslog", old) as receiver:
        assert "certificate has expired" in refusal(f"tls://localhost:{receiver.port}?ca={old.ca}")


def test_an_older_tls_is_refused(tmp_path: Path, mine: Certificate) -> None:
    context = Stream(target_of(f"tls://localhost?ca={mine.ca}")).context()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED


@pytest.mark.parametrize("content", [None, "", "no certificate\n"])
def test_a_file_of_no_authority_is_told(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with rsyslog(tmp_path / "rsyslog") as receiver:
        told = refusal(f"tls://localhost:{receiver.port}?ca={path}")
    assert told == "the file of ?ca= holds no certificate"


def test_tls_to_who_speaks_none_is_told(tmp_path: Path, mine: Certificate) -> None:
    with rsyslog(tmp_path / "rsyslog") as receiver, pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "CONNECT", 0.5)
        told = refusal(f"tls://localhost:{receiver.port}?ca={mine.ca}")
    assert told.startswith(("no TLS with it", "it takes nothing"))


def test_who_never_answers_is_not_waited_for(mine: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "CONNECT", 0.2)
    with silent_server() as server:
        told = refusal(f"tls://127.0.0.1:{server.port}?ca={mine.ca}")
    assert told == "it takes nothing, or does not answer"


def test_who_takes_connections_and_never_reads_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "SEND", 0.3)
    with silent_server() as server:
        line = Stream(target_of(f"tcp://127.0.0.1:{server.port}"))
        line.open()
        with pytest.raises(TimeoutError):
            line.send([b"x" * 8000] * 3000, never)
        assert not line.is_taken()
        line.close()


def test_a_long_delivery_renews_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed = []
    monkeypatch.setattr(stream, "RENEW", -1.0)
    with rsyslog(tmp_path / "rsyslog") as receiver:
        line = Stream(target_of(f"tcp://127.0.0.1:{receiver.port}"))
        line.open()
        line.send([b"<86>1 - - - - - - " + b"x" * 8000] * 4, lambda: renewed.append(1))
        line.close()
    assert len(renewed) == 2


def test_that_nobody_is_there_is_told() -> None:
    assert refusal(f"tcp://127.0.0.1:{free_port()}") == "Connection refused"


def test_a_server_that_hung_up_is_noticed(tmp_path: Path) -> None:
    with rsyslog(tmp_path / "rsyslog") as receiver:
        line = Stream(target_of(f"tcp://127.0.0.1:{receiver.port}"))
        assert not line.is_open()
        line.open()
        assert line.is_open()
        receiver.server.stop()
        wait_until(lambda: not line.is_open(), "it is noticed")
        line.close()
        receiver.server.start()


def test_what_a_server_says_means_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Stream(target_of(f"tcp://127.0.0.1:{listener.getsockname()[1]}"))
        line.open()
        with listener.accept()[0] as other:
            other.sendall(b"hello")
            assert line.is_open()
            line.send(MESSAGES[:1], never)
            assert other.recv(100) == b"21 " + MESSAGES[0]
        wait_until(lambda: not line.is_open(), "it is noticed")
        line.close()
