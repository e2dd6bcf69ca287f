"""The live page outlives the worker that serves it, and ends with the right to see it."""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

import pytest
import requests
from playwright.sync_api import Browser, Page, StorageState, WebSocketRoute, expect

from dashboard.cli.demo.visitors import Door, NoForm
from models import Role
from tests.browser.conftest import Open, take_seat, watch
from tests.browser.scribe import Scribe
from tests.support.servers.gatehouse import Site

#: Seconds after which what has not happened never will.
DEADLINE = 60
REMEMBER = """() => {
  window.states = [];
  const state = document.getElementById("state");
  new MutationObserver(() => states.push(state.textContent)).observe(state, { childList: true });
}"""


@pytest.fixture
def tolerated() -> str:
    """A server that is gone is what these tests are about."""
    return "status of [45]|WebSocket connection to|net::ERR_"


@pytest.fixture
def seat(watched: tuple[Site, Scribe], chromium: Browser) -> StorageState:
    """Each test has a session of its own, as some end it."""
    return take_seat(watched[0], chromium)


def until(condition: Callable[[], object], what: str) -> None:
    """Poll until ``condition`` holds."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.1)


def workers(site: Site) -> list[int]:
    """Return the process ids of the server's workers."""
    pid = site.server.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def visiting(site: Site) -> Iterator[None]:
    """Have two people try to sign in again and again, whether or not somebody answers."""
    over, door = Event(), Door(site.url)

    def knock() -> None:
        while not over.wait(0.05):
            with suppress(requests.RequestException, NoForm):
                door.sign_in("nobody", "not a password", {}, leave=False)

    with ThreadPoolExecutor(2) as pool:
        knocking = [pool.submit(knock) for _ in range(2)]
        try:
            yield
        finally:
            over.set()
        for one in knocking:
            one.result()


def kill_worker(site: Site) -> None:
    """Kill the only worker as the kernel would, and wait for the next one."""
    (worker,) = workers(site)
    os.kill(worker, signal.SIGKILL)
    until(lambda: workers(site) not in ([], [worker]), "a new worker")


def test_kill_9_of_the_worker_costs_no_entry(watched: tuple[Site, Scribe], live: Page) -> None:
    site, scribe = watched
    live.evaluate(REMEMBER)
    with visiting(site):
        for _ in range(3):
            wanted = scribe.head() + 5
            until(lambda wanted=wanted: scribe.head() >= wanted, "sign-ins go on")  # type: ignore[misc]
            kill_worker(site)

    until(lambda: not scribe.unsealed() and is_at(live, scribe.head()), "the page catches up")

    expect(live.locator("#state")).to_have_text("connected")
    assert "offline, trying again" in live.evaluate("states")
    shown = live.locator("#feed tbody tr").evaluate_all("rows => rows.map((row) => row.dataset.event)")
    assert len(shown) > 15
    assert shown == scribe.sealed()[: len(shown)]


def is_at(page: Page, head: int) -> bool:
    """Whether the page applied everything up to an entry."""
    return page.locator("#seq").inner_text() == f"{head:,}"


def test_who_is_signed_out_elsewhere_is_told(live: Page, scribe: Scribe) -> None:
    scribe.revoke_sessions()

    expect(live.locator("#state")).to_have_text(
        "signed out: reload the page to sign in", timeout=DEADLINE * 1000
    )
    scribe.write("secret-1")
    until(lambda: not scribe.unsealed(), "the seal")
    expect(live.locator('[data-user="secret-1"]')).to_have_count(0)


def test_who_lost_the_role_is_told(watched: tuple[Site, Scribe], live: Page, scribe: Scribe) -> None:
    scribe.set_role("audrey", Role.USER)
    try:
        expect(live.locator("#state")).to_have_text("not available to your account", timeout=DEADLINE * 1000)
    finally:
        scribe.set_role("audrey", Role.AUDITOR)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("unavailable", "the book cannot be read, trying again"),
        ("too_many", "catching up"),
        ("forbidden", "offline, trying again"),
    ],
)
def test_an_error_is_told_and_overcome(
    watched: tuple[Site, Scribe], open_page: Open, seat: StorageState, code: str, said: str
) -> None:
    page, (site, scribe) = open_page(seat), watched
    page.route_web_socket(re.compile("/socket.io/"), FirstAnswer(code))
    watch(page, site)
    page.evaluate(REMEMBER)

    scribe.write(f"overcome-{code}")

    expect(page.locator(f'[data-user="overcome-{code}"]')).to_have_count(1, timeout=DEADLINE * 1000)
    expect(page.locator("#state")).to_have_text("connected")
    assert said in page.evaluate("states")


class FirstAnswer:
    """Stands between page and server, and turns the first answer to a pull into an error."""

    def __init__(self, code: str) -> None:
        self._error: str | None = json.dumps([{"error": {"code": code, "message": ""}}])

    def __call__(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        page.on_message(server.send)
        server.on_message(lambda message: page.send(self._changed(message)))

    def _changed(self, message: str | bytes) -> str | bytes:
        answer = re.match(r"43/live,\d+", str(message))
        if answer and self._error:
            message, self._error = answer[0] + self._error, None
        return message


def test_a_server_that_stops_and_starts_is_found_again(
    watched: tuple[Site, Scribe], live: Page, scribe: Scribe
) -> None:
    """As during an upgrade; entries were written meanwhile."""
    server = watched[0].server
    server.stop()
    expect(live.locator("#state")).to_have_text("offline, trying again")
    scribe.write("meanwhile-1")
    server.__enter__()

    expect(live.locator("#state")).to_have_text("connected", timeout=DEADLINE * 1000)
    expect(live.locator('[data-user="meanwhile-1"]')).to_have_count(1)
