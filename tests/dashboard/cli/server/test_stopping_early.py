"""A server that is told to stop soon after its start on a long log, which its first checkpoint verifies."""

import subprocess
from pathlib import Path

import pytest

from tests.support.servers.gatehouse import environment, manage, serving
from tests.support.waiting import wait_until


@pytest.fixture
def long_log(sqlite_url: str) -> str:
    """A log of which no checkpoint was taken, long enough to be verified in stretches."""
    seeding = manage("seed", "--rows", "100000")
    subprocess.run(seeding, env=environment(sqlite_url), check=True, capture_output=True, timeout=120)
    return sqlite_url


def children(pid: int) -> list[int]:
    """Return the processes that a process began."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in lists for child in path.read_text().split()]


def test_it_does_not_wait_until_all_is_verified(long_log: str, tmp_path: Path) -> None:
    with serving(long_log, tmp_path) as site:
        assert site.server.stop() == 0
    assert "Traceback" not in site.server.log.read_text()


def test_it_begins_no_process_to_verify(long_log: str, tmp_path: Path) -> None:
    kept, begun = tmp_path / "kept", set[int]()
    with serving(long_log, tmp_path, checkpoint_dir=kept) as site:
        (worker,) = children(site.server.process.pid)

        def is_verified() -> bool:
            begun.update(children(worker))
            return any(kept.glob("*.note"))

        wait_until(is_verified, "the first checkpoint is taken")
    assert begun == set()
