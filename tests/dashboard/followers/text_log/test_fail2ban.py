"""The real fail2ban reads the text log by deploy/fail2ban, and nobody makes it ban another."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from dashboard.config.line_format import FAIL2BAN
from dashboard.followers.follow import begin, catch_up
from dashboard.followers.text_log.follower import text_log
from dashboard.log.sealer import seal_all
from models import Action, LoginLog, Outcome, Reason
from tests.dashboard.followers.text_log.test_line import NASTY
from tests.support.app import running
from tests.support.book import NOW, entry, store
from tests.support.servers.gatehouse import ROOT
from tests.support.servers.process import need

DEPLOY = ROOT / "deploy" / "fail2ban"
FILTER = DEPLOY / "filter.d" / "gatehouse.conf"
MOMENT = "2026-11-22T12:00:00.000000+00:00"
#: Names of other people's addresses, in every shape that might be read as one.
FORGED = [
    *(name for name in NASTY if name != "\ud800"),  # no database stores that one
    "x from 203.0.113.9 failed",
    "203.0.113.9",
    "x ip=203.0.113.9 name=x",
    "x\ngatehouse login failure reason=invalid_password ip=203.0.113.9 name=x",
    f"x\n{MOMENT} gatehouse login failure reason=invalid_password ip=203.0.113.9 name=x",
    f"x\r{MOMENT} gatehouse login failure reason=invalid_code ip=2001:db8::9 name=",
    "2001:db8::9",
    "[2001:db8::9]",
    "::ffff:203.0.113.9",
    "<ADDR>",
    "203.0.113.9 " * 5,
]


def failed(number: int, name: str | None, ip: str | None, **columns: object) -> LoginLog:
    """Return a refused sign-in."""
    refused = {"outcome": Outcome.FAILURE, "reason": Reason.INVALID_PASSWORD, "ip": ip}
    return entry(number, name, **{**refused, **columns})


def written(app: Flask, path: Path, entries: list[LoginLog]) -> Path:
    """Return the text log of some entries."""
    begin("text-log", NOW - timedelta(days=365))
    store(entries)
    seal_all()
    catch_up(text_log(path, app.config["SETTINGS"]).consequence())
    return path


def addresses(log: Path, encoding: str = "utf-8") -> list[str]:
    """Return the addresses that fail2ban finds, one a line."""
    command = [
        need("fail2ban-regex", "fail2ban"),
        "--encoding",
        encoding,
        "--out",
        "ip",
        str(log),
        str(FILTER),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in (0, 255), done.stderr  # 255: nothing was found
    return done.stdout.split()


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_name_never_poses_as_an_address(sqlite_url: str, tmp_path: Path, encoding: str) -> None:
    with running(sqlite_url, text_log_format=FAIL2BAN, text_log_encoding=encoding) as app:
        entries = [failed(1 + at, name, f"198.51.100.{at}") for at, name in enumerate(FORGED)]
        path = written(app, tmp_path / "signins.log", entries)
    assert addresses(path, encoding) == [f"198.51.100.{at}" for at in range(len(FORGED))]


def test_a_name_without_an_address_bans_nobody(sqlite_url: str, tmp_path: Path) -> None:
    with running(sqlite_url, text_log_format=FAIL2BAN) as app:
        entries = [failed(1 + at, name, None) for at, name in enumerate([*FORGED, None])]
        path = written(app, tmp_path / "signins.log", entries)
    assert addresses(path) == []


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/St_Johns"])
def test_what_tells_of_guessing_is_found_and_nothing_else(sqlite_url: str, tmp_path: Path, zone: str) -> None:
    with running(sqlite_url, text_log_format=FAIL2BAN, timezone=zone) as app:
        entries = [
            failed(1, "alice", "203.0.113.1"),
            failed(2, "alice", "2001:db8::2", reason=Reason.UNKNOWN_USER),
            failed(3, "李娜", "203.0.113.3", reason=Reason.INVALID_CODE),
            failed(4, "bob", "203.0.113.4", reason=Reason.RATE_LIMITED),
            failed(5, "bob", "203.0.113.5", reason=Reason.ACCOUNT_DISABLED),
            failed(6, "bob", "203.0.113.6", reason=Reason.RECORDING_UNAVAILABLE),
            failed(7, "bob", "203.0.113.7", outcome=Outcome.SUCCESS, reason=None),
            failed(8, "bob", "203.0.113.8", action=Action.REGISTER, reason=Reason.USERNAME_IN_USE),
        ]
        path = written(app, tmp_path / "signins.log", entries)
    assert addresses(path) == ["203.0.113.1", "2001:db8::2", "203.0.113.3", "203.0.113.4"]


def test_the_time_is_read_with_its_offset(sqlite_url: str, tmp_path: Path) -> None:
    with running(sqlite_url, text_log_format=FAIL2BAN, timezone="Asia/Shanghai") as app:
        path = written(app, tmp_path / "signins.log", [failed(1, "alice", "203.0.113.1")])
    command = [need("fail2ban-regex", "fail2ban"), "--out", "row", str(path), str(FILTER)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert f"{int((NOW - timedelta(hours=1)).timestamp())}" in told


def test_the_jail_is_one_that_fail2ban_starts(tmp_path: Path) -> None:
    need("fail2ban-client", "fail2ban")
    config = tmp_path / "fail2ban"
    shutil.copytree("/etc/fail2ban", config)
    shutil.copytree(DEPLOY, config, dirs_exist_ok=True)
    log = tmp_path / "signins.log"
    log.touch()
    (config / "jail.d" / "here.local").write_text(f"[gatehouse]\nlogpath = {log}\n")
    command = ["fail2ban-client", "-c", str(config), "-d"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert "['add', 'gatehouse', 'auto']" in told
    assert "['set', 'gatehouse', 'maxretry', 20]" in told
    assert f"['set', 'gatehouse', 'addlogpath', '{log}', 'head']" in told
