"""The files of several processes: what the dead counted stays, what they sampled goes."""

import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from dashboard.monitoring.metrics import folder
from dashboard.monitoring.metrics.folder import bury, make_room, metrics_folder, sums_of_all
from tests.support.servers.gatehouse import ROOT

#: A process that counts three sign-ins, samples one viewer, says its number and is killed.
WORKER = """
import os, signal, sys
from pathlib import Path
from dashboard.monitoring.metrics.meters import meters, share_meters
from dashboard.monitoring.metrics.sample import Sample
from models.measures.catalogue import ENTRIES, SEAL_LAG
share_meters(Path(sys.argv[1]))
for _ in range(3):
    ENTRIES.note("login", "success", "")
SEAL_LAG.note(value=0.02)
meters().set(Sample("viewers", "Viewers.", "sum", lambda: []), (), 1)
print(os.getpid(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No server that runs elsewhere is in the way."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def killed_worker(path: Path) -> int:
    """Run a process that counts and is killed; return its number."""
    command = [sys.executable, "-c", WORKER, str(path)]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    return int(done.stdout)


def value(path: Path, name: str, **labels: str) -> float | None:
    """Return what all processes make of one sample, None when there is none."""
    samples = [sample for metric in sums_of_all(path) for sample in metric.samples]
    found = [one.value for one in samples if one.name == name and labels.items() <= one.labels.items()]
    return sum(found) if found else None


def test_what_a_killed_process_counted_stays_and_what_it_sampled_goes() -> None:
    with metrics_folder() as path:
        assert path is not None
        for number in (1, 2):
            pid = killed_worker(path)
            assert value(path, "gatehouse_viewers") == 1
            for _ in range(2):  # again is harmless
                bury(path, pid)
            assert value(path, "gatehouse_entries_total", action="login") == 3 * number
            assert value(path, "gatehouse_seal_lag_seconds_count") == number
            assert value(path, "gatehouse_seal_lag_seconds_bucket", le="0.025") == number
            assert value(path, "gatehouse_viewers") is None
            assert sorted(one.name for one in path.glob("*.db")) == ["counter_dead.db", "histogram_dead.db"]


def test_while_it_is_read_nothing_is_moved() -> None:
    with metrics_folder() as path:
        assert path is not None
        pid = killed_worker(path)
        with (path / "turn").open("ab") as reader:
            fcntl.flock(reader, fcntl.LOCK_SH)
            bury(path, pid)
        assert (path / f"counter_{pid}.db").exists()
        assert value(path, "gatehouse_entries_total", action="login") == 3


def test_it_stays_when_a_worker_leaves_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    with metrics_folder() as path, monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        assert path is not None
    assert not path.exists()
    with monkeypatch.context() as patch, metrics_folder() as path:
        assert path is not None
        assert path.stat().st_mode & 0o777 == 0o700
        patch.setattr(os, "getpid", lambda: -1)
    assert path.exists()


def test_a_folder_that_a_killed_server_left_is_removed_and_a_used_one_is_not(tmp_path: Path) -> None:
    left = tmp_path / f"{folder.FOLDER_PREFIX}left"
    left.mkdir()
    aim = tmp_path / "aim"
    aim.mkdir()
    (tmp_path / f"{folder.FOLDER_PREFIX}link").symlink_to(aim)
    with metrics_folder() as first, metrics_folder() as second:
        assert not left.exists()
        assert first and second and first.exists() and second.exists() and aim.exists()


def test_without_a_place_for_files_the_site_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with metrics_folder() as path:
        assert path is None
    assert "each worker shows its own" in caplog.text


def test_all_bytes_are_there_before_they_are_needed(tmp_path: Path) -> None:
    make_room(tmp_path, 7)
    make_room(tmp_path, 7)
    sizes = {one.stat().st_size for one in tmp_path.iterdir()}
    blocks = {one.stat().st_blocks * 512 for one in tmp_path.iterdir()}
    assert sizes == {folder.ROOM}
    assert min(blocks) >= folder.ROOM
