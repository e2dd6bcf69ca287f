"""``simulate`` and ``demo``: real requests at a real server."""

import re
import subprocess
import time
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from dashboard.cli.demo import simulate
from models import LoginLog, db
from tests.dashboard.cli.conftest import on, refusal
from tests.support.app import running
from tests.support.servers.gatehouse import manage, serving
from tests.support.servers.process import free_port, wait_for


def test_sign_ins_arrive_with_addresses_and_are_counted(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path, trusted_proxies=1) as site:
        result = on(sqlite_url)(
            "simulate", "--url", site.url, "--rate", "10", "--seconds", "4", "--forwarded"
        )
    told = re.fullmatch(
        r"(\d+) sign-ins in \d+ s: (\d+) signed in, (\d+) turned away, 0 slowed down, (\d+) found it busy, "
        r"0 failed\n",
        result.stdout,
    )
    assert told, result.output
    with running(sqlite_url):
        rows = db.session.execute(
            select(LoginLog.outcome, LoginLog.ip).where(LoginLog.action == "login")
        ).all()
    total, signed_in, *refused = (int(text) for text in told.groups())
    assert [total, signed_in, sum(refused)] == [
        len(rows),
        sum(row.outcome == "success" for row in rows),
        sum(row.outcome == "failure" for row in rows),
    ]
    assert len({row.ip for row in rows}) > 1


def test_some_come_from_a_new_device(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulate, "ELSEWHERE", 0.5)
    with serving(sqlite_url, tmp_path, trusted_proxies=1) as site:
        on(sqlite_url)("simulate", "--url", site.url, "--rate", "10", "--seconds", "3", "--forwarded")
    with running(sqlite_url):
        told = set(db.session.scalars(select(LoginLog.new_device).where(LoginLog.action == "login")))
    assert told >= {False, True}


def test_closed_registration_is_said(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path, registration="closed") as site:
        line = refusal(on(sqlite_url)("simulate", "--url", site.url))
    assert line == f"{site.url}/register has no form for us (status 403)"


def test_a_missing_server_is_said(sqlite_url: str) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert refusal(on(sqlite_url)("simulate", "--url", url)).startswith(f"no server answers at {url}")


def test_a_demo_is_alive_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    port, log = free_port(), tmp_path / "log"
    with log.open("wb") as out:
        command = manage("demo", "--port", str(port), "--rows", "300")
        demo = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)
    try:
        wait_for(lambda: "sign in as admin, password " in log.read_text(), lambda: demo.poll() is None, log)
        assert requests.get(f"http://127.0.0.1:{port}/login", timeout=10).ok
        time.sleep(1)
    finally:
        demo.terminate()
        assert demo.wait(20) == 0
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not Path(f"/proc/{demo.pid}").exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{port}/login", timeout=10)
