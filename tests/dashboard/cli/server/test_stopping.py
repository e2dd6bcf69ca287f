"""A worker that was told to stop."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from dashboard.cli.server import server
from dashboard.cli.server.server import Worker, options
from dashboard.config.settings import Settings
from dashboard.web.stopping import is_stopping
from tests.support.servers.worker import Running, read_all, working
from tests.support.waiting import wait_until

GET = b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n"
WAIT = b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A worker without background threads."""
    nothing = SimpleNamespace(start=lambda app: None, stop=lambda app: None)
    monkeypatch.setattr(server, "schedule", nothing)
    with working(Worker) as running:
        running.worker.booted = True
        yield running


def stop(running: Running) -> None:
    """Do what SIGTERM does."""
    running.worker.handle_exit(15, None)


def is_refused(running: Running) -> bool:
    try:
        socket.create_connection(("127.0.0.1", running.port)).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    return False


def test_it_is_not_ready_from_then_on(running: Running) -> None:
    assert not is_stopping(running.echo)
    stop(running)
    assert is_stopping(running.echo)


def test_others_are_answered_while_something_is_under_way(running: Running) -> None:
    with running.connect(WAIT) as slow:
        running.echo.entered.wait(30)
        stop(running)
        told = running.ask(GET)
        assert b"Connection: close" in told
        assert told.endswith(b"GET /page 0")
        running.echo.released.set()
        assert read_all(slow).endswith(b"GET /wait 0")
    wait_until(lambda: is_refused(running), "the kernel refuses connections")


def test_a_request_half_sent_is_answered(running: Running) -> None:
    with running.connect(GET[:-2]) as slow:
        wait_until(running.worker.begun, "its first bytes are read")
        stop(running)
        assert running.ask(GET).endswith(b"GET /page 0")
        slow.sendall(GET[-2:])
        assert read_all(slow).endswith(b"GET /page 0")


def test_what_came_before_the_end_is_answered(running: Running) -> None:
    with running.connect(WAIT) as slow:
        running.echo.entered.wait(30)
        clients = [running.connect(GET) for _ in range(20)]
        stop(running)
        running.echo.released.set()
        assert read_all(slow).endswith(b"GET /wait 0")
        for client in clients:
            assert read_all(client).endswith(b"GET /page 0")
            client.close()


def test_later_requests_do_not_keep_it_alive(running: Running) -> None:
    with running.connect(WAIT) as slow:
        running.echo.entered.wait(30)
        stop(running)
        wait_until(lambda: running.worker._unfinished, "it waits for the slow one")
        with running.connect(GET[:-2]) as late:
            running.echo.released.set()
            read_all(slow)
            wait_until(lambda: is_refused(running), "the kernel refuses connections")
            late.sendall(GET[-2:])
            assert read_all(late).endswith(b"GET /page 0")


def test_silent_connections_do_not_delay_it(running: Running) -> None:
    with running.connect() as silent:
        wait_until(lambda: running.worker.nr_conns == 1, "it is accepted")
        stop(running)
        assert read_all(silent) == b""


def test_the_time_it_is_given_is_a_setting() -> None:
    assert options(Settings(_env_file=None), 0, 1)["graceful_timeout"] == 30
    assert options(Settings(_env_file=None, grace="90s"), 0, 1)["graceful_timeout"] == 90
