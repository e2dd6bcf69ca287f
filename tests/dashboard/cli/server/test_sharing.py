"""A second server on one SQLite file."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.cli.checks import Bad
from dashboard.cli.server import sharing
from tests.support.servers.gatehouse import ROOT
from tests.support.servers.gatehouse import serving as served

HOLD = (
    "import sys; from dashboard.cli.server.sharing import share;"
    "print(share(sys.argv[1]), flush=True); input()"
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database that is not there yet; nobody reads it."""
    return f"sqlite:///{tmp_path / 'gatehouse.db'}"


@pytest.fixture
def server(url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that serves it, as far as others can tell."""
    command = [sys.executable, "-c", HOLD, url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        assert process.stdout and process.stdout.readline() == "None\n"
        yield process
        process.kill()


def test_the_first_is_told_nothing_the_second_who_the_first_is(
    url: str, server: subprocess.Popen[str], tmp_path: Path
) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "gatehouse.db")
    for spelling in (url, f"sqlite:///{tmp_path / 'link.db'}"):
        warning = sharing.share(spelling)
        assert warning and warning.startswith(
            f"process {server.pid} serves {tmp_path / 'gatehouse.db'} already"
        )


def test_a_server_that_died_is_forgotten(url: str, server: subprocess.Popen[str]) -> None:
    assert sharing.check_sharing(url) == f"process {server.pid}"
    server.kill()
    server.wait()
    assert sharing.check_sharing(url) == "none"


def test_doctor_tells_of_two(url: str, server: subprocess.Popen[str]) -> None:
    second = subprocess.Popen([sys.executable, "-c", HOLD, url], stdin=-1, stdout=-1, text=True, cwd=ROOT)
    with second:
        assert second.stdout and "already" in second.stdout.readline()
        with pytest.raises(Bad, match=f"process {server.pid} serves"):
            sharing.check_sharing(url)
        second.kill()
    assert sharing.check_sharing(url) == f"process {server.pid}"


def test_mariadb_may_be_served_by_many() -> None:
    assert sharing.share("mysql+pymysql://db/x") is None
    assert sharing.check_sharing("mysql+pymysql://db/x") == "any number may serve it"


def test_a_folder_that_cannot_be_written_is_not_its_business() -> None:
    assert sharing.share("sqlite:////proc/nowhere/gatehouse.db") is None


def test_serve_warns_and_serves(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with served(sqlite_url, tmp_path) as first, served(sqlite_url, tmp_path / "other") as second:
        assert "WARNING" not in first.server.log.read_text()
        assert f": process {first.server.process.pid} serves" in second.server.log.read_text()
