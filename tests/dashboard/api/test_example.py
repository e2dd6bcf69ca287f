"""The example of docs/api.md follows the book without loss or repeat, killed or not."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from dashboard.log.sealer import seal_all
from models import db
from tests.support.app import running
from tests.support.book import entry, store
from tests.support.servers.gatehouse import ROOT, serving
from tests.support.tokens import make_token
from tests.support.waiting import wait_until

TAIL = ROOT / "docs" / "examples" / "tail.py"
KILLS, EACH = 4, 700
#: Starts the example with an address and a token; it is killed at the end of the block.
Follow = Callable[[str, str], AbstractContextManager["subprocess.Popen[bytes]"]]


def seqs(path: Path) -> list[int]:
    """Return the numbers of the whole lines of a file."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [json.loads(line)["seq"] for line in lines]


@pytest.fixture
def follow(tmp_path: Path) -> Follow:
    """Starts the example."""

    @contextmanager
    def begin(url: str, token: str) -> Iterator["subprocess.Popen[bytes]"]:
        command = [sys.executable, str(TAIL), url, str(tmp_path / "entries.jsonl")]
        env = os.environ | {"GATEHOUSE_TOKEN": token}
        with subprocess.Popen(command, env=env, stderr=subprocess.PIPE) as program:
            try:
                yield program
            finally:
                program.kill()  # it never ends by itself

    return begin


def add(first: int) -> None:
    """Add sealed entries, as another process would."""
    store(entry(first + number) for number in range(EACH))
    seal_all()
    db.session.remove()


def test_killed_in_the_middle_it_goes_on_without_loss_or_repeat(
    sqlite_url: str, tmp_path: Path, follow: Follow
) -> None:
    found = tmp_path / "entries.jsonl"
    with running(sqlite_url):
        token = make_token()
        add(1)
        with serving(sqlite_url, tmp_path) as site:
            for kill in range(1, KILLS + 1):
                before = len(seqs(found))
                with follow(site.url, token):
                    wait_until(lambda before=before: len(seqs(found)) > before + EACH // 3, "it follows")  # type: ignore[misc]
                add(1 + kill * EACH)
            with found.open("ab") as file:
                file.write(b'{"seq": 99')  # as if it were killed while it writes
            with follow(site.url, token):
                wait_until(lambda: len(seqs(found)) > KILLS * EACH + EACH, "all is there")
    numbers = seqs(found)
    assert numbers == list(range(1, len(numbers) + 1))


def test_it_outlives_a_server_that_restarts_and_says_why_it_cannot_go_on(
    sqlite_url: str, tmp_path: Path, follow: Follow
) -> None:
    found = tmp_path / "entries.jsonl"
    with running(sqlite_url):
        token = make_token()
        add(1)
        with serving(sqlite_url, tmp_path) as site, follow(site.url, token):
            wait_until(lambda: len(seqs(found)) > EACH, "it follows")
            site.server.kill()
            add(1 + EACH)
            site.server.start()
            wait_until(lambda: len(seqs(found)) > 2 * EACH, "it goes on")
        numbers = seqs(found)
        assert numbers == list(range(1, len(numbers) + 1))
        with found.open("ab") as file:
            file.write(b'{"seq": 1, "next": 99999999, "epoch": null}\n')
        with serving(sqlite_url, tmp_path) as site, follow(site.url, token) as program:
            _, said = program.communicate(timeout=60)
    assert program.returncode == 1
    assert b"beyond-head" in said


def test_it_is_short_enough_to_be_read() -> None:
    assert len(TAIL.read_text().splitlines()) <= 57
