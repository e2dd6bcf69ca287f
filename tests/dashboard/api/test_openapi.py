"""The description of the API is what it does: schemathesis tries both against each other."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.log.sealer import seal_all
from models import db
from tests.support.app import running
from tests.support.book import store, various
from tests.support.servers.gatehouse import Site, serving
from tests.support.tokens import make_token

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
RUN = (
    "--seed=1",
    "--max-examples=12",
    "--phases=examples,coverage,fuzzing",
    "--request-timeout=20",
    "--no-color",
)
LONGEST = 120


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """A running site with a small book, and a good token."""
    folder = tmp_path_factory.mktemp("api")
    (folder / "gatehouse.db").write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{folder / 'gatehouse.db'}"
    with running(url):
        store(various())
        seal_all()
        token = make_token()
        db.session.remove()
    with serving(url, folder) as running_site:
        yield running_site, token


@pytest.mark.parametrize("kind", ["good", "wrong", "none"])
def test_it_does_what_it_says(site: tuple[Site, str], kind: str, tmp_path: Path) -> None:
    running_site, token = site
    headers = {"good": token, "wrong": "gh_" + "A" * 43}
    bears = [f"--header=Authorization: Bearer {headers[kind]}"] if kind in headers else []
    program = [sys.executable, "-m", "schemathesis.cli", "run", f"{running_site.url}/api/v1/openapi.json"]
    command = [*program, f"--checks={','.join(CHECKS)}", *RUN, *bears]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path, timeout=LONGEST)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Tested: 3" in done.stdout  # all but the description, which it reads first
