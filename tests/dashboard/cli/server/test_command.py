"""``serve``, as a real process with real sockets."""

import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from models import Role
from tests.dashboard.cli.conftest import on, refusal
from tests.support.actions import PASSWORD, make_user
from tests.support.app import running
from tests.support.servers.gatehouse import Site, environment, manage, serving
from tests.support.servers.process import Server, wait_for
from tests.support.viewer import Wire
from tests.support.waiting import wait_until

#: Seconds in which a server must be gone.
STOP = 20


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """A running server with one viewer, ``vera``."""
    with running(sqlite_url):
        make_user("vera", Role.VIEWER)
    with serving(sqlite_url, tmp_path) as site:
        yield site


@pytest.fixture(scope="module")
def lasting_site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running server that tests leave as it is."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(sqlite_template, folder / "site.db")
    with serving(f"sqlite:///{folder / 'site.db'}", folder) as site:
        yield site


def cookie(site: Site) -> str:
    """Sign vera in and return her cookie."""
    with requests.Session() as browser:
        page = browser.get(f"{site.url}/login").text
        token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
        form = {"username": "vera", "password": PASSWORD, "csrf_token": token}
        browser.post(f"{site.url}/login", form, allow_redirects=False)
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


@contextmanager
def watching(site: Site, count: int) -> Iterator[list[Wire]]:
    """Hold ``count`` live sockets open."""
    ticket = cookie(site)
    with ExitStack() as stack:
        wires = [Wire(site.url, ticket) for _ in range(count)]
        for wire in wires:
            stack.callback(wire.socket.shutdown)
            wire.join()
        yield wires


def workers(server: Server) -> list[int]:
    """Return the process ids of the master's children."""
    pid = server.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def port_of(site: Site) -> int:
    return int(site.url.rsplit(":", 1)[1])


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_time_though_viewers_watch(site: Site, sign: signal.Signals) -> None:
    with watching(site, 8):
        begin = time.monotonic()
        os.killpg(site.server.process.pid, sign)
        assert site.server.process.wait(20) == 0
        assert time.monotonic() - begin < STOP


def test_a_worker_without_its_master_goes_too(site: Site) -> None:
    [worker] = workers(site.server)
    with watching(site, 3):
        site.server.process.kill()
        site.server.process.wait()
        wait_for(lambda: not Path(f"/proc/{worker}").exists(), lambda: True, site.server.log)


def test_a_request_under_way_is_answered_before_it_stops(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", port_of(site)), timeout=30) as connection:
        body = b"username=vera&password=wrong"
        head = "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        connection.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body))
        assert requests.get(f"{site.url}/readyz").status_code == 200  # so its head has been read
        site.server.process.terminate()
        wait_until(lambda: requests.get(f"{site.url}/readyz").status_code == 503, "it is not ready any more")
        connection.sendall(body)
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
    assert site.server.process.wait(STOP) == 0


def test_a_killed_worker_is_replaced(site: Site) -> None:
    [worker] = workers(site.server)
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: workers(site.server) not in ([], [worker]), lambda: True, site.server.log)
    wait_for(site.is_up, lambda: True, site.server.log)


def test_it_says_where_it_serves_and_little_else(site: Site) -> None:
    site.server.stop()
    settings, serves = site.server.log.read_text().splitlines()
    assert "settings: " in settings
    assert serves == f"Gatehouse serves on {site.url} (Ctrl-C stops it)"


def test_a_misspelt_variable_is_told_once_when_it_starts(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GATEHOUSE_SESSION_IDEL=1h\n")
    with serving(sqlite_url, tmp_path, registraton="closed") as site:
        *warnings, _settings, _serves = site.server.log.read_text().splitlines()
    assert warnings == [
        "Warning: GATEHOUSE_REGISTRATON is no setting and has no effect: is GATEHOUSE_REGISTRATION meant?",
        "Warning: GATEHOUSE_SESSION_IDEL is no setting and has no effect: is GATEHOUSE_SESSION_IDLE meant?",
    ]


def test_gunicorn_s_own_variables_have_no_say(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "3")
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--workers 3")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with serving(sqlite_url, tmp_path) as site:
        assert len(workers(site.server)) == 1
        assert not (tmp_path / ".gunicorn").exists()


def test_several_workers_serve_when_there_is_redis(sqlite_url: str, tmp_path: Path, redis_url: str) -> None:
    with serving(sqlite_url, tmp_path, "--workers", "2", redis_url=redis_url) as site:
        wait_for(lambda: len(workers(site.server)) == 2, lambda: True, site.server.log)


#: Stops the server when its worker is made, and goes on when the worker was told, before it has handlers.
STOP_AT_THE_FORK = """
import os, signal, time
from gunicorn import util

def stop(title):
    if title.startswith("worker"):
        lost = []
        signal.signal(signal.SIGTERM, lambda *_: lost.append(1))
        os.kill(os.getppid(), signal.SIGTERM)
        while not lost and signal.SIGTERM not in signal.sigpending():
            time.sleep(0.01)

util._setproctitle = stop
"""


def test_a_stop_is_heard_by_a_worker_that_is_just_made(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(STOP_AT_THE_FORK)
    env = environment(sqlite_url, spool=tmp_path / "attempts.jsonl", grace="60s", host="127.0.0.1")
    env["PYTHONPATH"] = str(tmp_path)
    command = manage("serve", "--port", "0")
    with Server(command, lambda: True, tmp_path / "gatehouse.log", env, cwd=tmp_path) as server:
        assert server.process.wait(STOP) == 0


def test_a_port_in_use_is_named(sqlite_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refusal(on(sqlite_url)("serve", "--port", str(port)))
    assert line == f"127.0.0.1 port {port} is in use; choose another with --port or GATEHOUSE_PORT"


def test_long_lines_and_headers_are_refused(lasting_site: Site) -> None:
    url = f"{lasting_site.url}/login"
    assert requests.get(f"{url}?q={'x' * 60_000}").status_code == 200
    assert requests.get(f"{url}?q={'x' * 70_000}").status_code == 414
    assert requests.get(url, headers={"X-Long": "x" * 9000}).status_code == 431


def test_a_client_cannot_claim_https(lasting_site: Site) -> None:
    answer = requests.get(f"{lasting_site.url}/login", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in answer.headers


FORM = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
#: Clients that come with a request, or a part of it, and stay: more than there are threads.
RUDE = {
    "they never hang up": (b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 20),
    "they send nothing": (b"", 300),
    "they send half a head": (b"GET /healthz HTTP/1.1\r\nHo", 300),
    "they send half a body": (FORM + b"Content-Length: 100\r\n\r\nx", 300),
}


@pytest.mark.parametrize(("begun", "count"), RUDE.values(), ids=RUDE)
def test_rude_clients_hold_nobody_up(lasting_site: Site, begun: bytes, count: int) -> None:
    with ExitStack() as stack:
        for _ in range(count):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port_of(lasting_site))))
            client.sendall(begun)
        assert requests.get(f"{lasting_site.url}/healthz", timeout=15).ok
