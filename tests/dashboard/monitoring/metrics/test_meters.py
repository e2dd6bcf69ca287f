"""What a process counts on, beside others or alone."""

import subprocess
import sys
from pathlib import Path

from dashboard.monitoring.metrics.folder import sums_of_all
from tests.dashboard.monitoring.metrics.figures import figure
from tests.support.servers.gatehouse import ROOT

#: A process in whose folder there is no room: it says what it counts all the same.
CRAMPED = """
import resource, sys
from pathlib import Path
from dashboard.monitoring.metrics.meters import meters, share_meters
from models.measures.catalogue import ENTRIES
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
share_meters(Path(sys.argv[1]))
ENTRIES.note("login", "success", "")
[entries] = [metric for metric in meters().collect() if metric.name == "gatehouse_entries"]
print([sample.value for sample in entries.samples])
"""
#: One that heeds no environment but ours.
STRANGER = """
from dashboard.monitoring.metrics.meters import meters
from models.measures.catalogue import ENTRIES
ENTRIES.note("login", "success", "")
print(len(list(meters().collect())) > 0)
"""


def run(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    env = {"PATH": "/usr/bin:/bin", **environment}
    return subprocess.run(command, check=True, cwd=ROOT, env=env, capture_output=True, text=True)


def test_a_process_without_room_counts_for_itself(tmp_path: Path) -> None:
    done = run(CRAMPED, str(tmp_path))
    assert done.stdout == "[1.0]\n"
    assert "counts for itself" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_somebody_else_names_is_not_used(tmp_path: Path) -> None:
    assert run(STRANGER, PROMETHEUS_MULTIPROC_DIR=str(tmp_path)).stdout == "True\n"
    assert run(STRANGER, PROMETHEUS_MULTIPROC_DIR="/nowhere").stdout == "True\n"
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_has_no_figures(tmp_path: Path) -> None:
    assert figure(sums_of_all(tmp_path), "gatehouse_workers") is None
