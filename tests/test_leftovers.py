"""A run of the suite leaves the temporary folder as it was."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.servers.gatehouse import ROOT
from tests.support.servers.process import need

ON_MARIADB = "tests/models/database/test_base.py::test_mariadb_is_strict_and_in_utc"


def run(folder: Path, *tests: str) -> int:
    """Run tests as ``make test`` does, with ``folder`` for temporary files; return the exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--numprocesses=2", *tests]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env = inherited | {"TMPDIR": str(folder)}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False).returncode


def size(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_run_leaves_nothing() -> None:
    need("mariadbd", "mariadb-server")
    with TemporaryDirectory() as name:  # in a deep folder a socket's path would be too long
        assert run(Path(name), ON_MARIADB) == 0
        assert size(Path(name)) == 0
