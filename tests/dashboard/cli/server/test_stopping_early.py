"""A server that is told to stop while it verifies a log for the first time."""

import subprocess
from pathlib import Path

from tests.support.servers.gatehouse import environment, manage, serving


def test_it_does_not_wait_until_all_is_verified(sqlite_url: str, tmp_path: Path) -> None:
    seeding = manage("seed", "--rows", "100000")
    subprocess.run(seeding, env=environment(sqlite_url), check=True, capture_output=True, timeout=120)
    with serving(sqlite_url, tmp_path) as site:  # its first checkpoint begins at once
        assert site.server.stop() == 0
    assert "Traceback" not in site.server.log.read_text()
