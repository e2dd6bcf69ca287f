"""The text log follows while the site runs."""

from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from dashboard.background import schedule
from dashboard.followers.follow import begin
from dashboard.log.sealer import seal_all
from dashboard.proof import erase
from models import Follower, db
from models.clock import now
from tests.dashboard.followers.notebook import some_entries
from tests.dashboard.followers.text_log.test_file import write
from tests.support.actions import AuthActions, entries, make_user
from tests.support.app import running
from tests.support.book import NOW, entry, store
from tests.support.proof import signer
from tests.support.waiting import wait_until


def test_gbk_is_written_when_it_is_set(sqlite_url: str, tmp_path: Path) -> None:
    with running(sqlite_url, text_log_encoding="gbk", text_log_format="{name}于%Y") as app:
        begin("text-log", NOW - timedelta(days=365))
        some_entries(1)
        write(app, tmp_path / "signins.log")
    assert (tmp_path / "signins.log").read_bytes() == "alice于2026\n".encode("gbk")


def test_a_sign_in_is_a_line_while_the_site_runs_and_signs_in_while_it_cannot_be(
    sqlite_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "logs" / "signins.log"
    with running(sqlite_url, text_log=path, text_log_format="{name} %H") as app:
        make_user("zoe")
        schedule.start(app)
        try:
            assert AuthActions(app.test_client()).login("zoe").status_code == 302
            failing = select(Follower.failures).where(Follower.failures > 0)
            wait_until(lambda: (db.session.rollback(), db.session.scalar(failing))[1], "the failure is seen")
            assert AuthActions(app.test_client()).login("zoe").status_code == 302
            path.parent.mkdir()
            wait_until(lambda: path.exists() and len(path.read_text().splitlines()) == 2, "two lines")
            assert all(line.startswith("zoe ") for line in path.read_text().splitlines())
        finally:
            schedule.stop(app)


def test_what_was_written_of_the_erased_stays_and_what_was_not_names_nobody(
    sqlite_app: Flask, tmp_path: Path
) -> None:
    path, zoe = tmp_path / "signins.log", make_user("zoe").id
    begin("text-log", NOW)
    for _ in range(2):
        store([entry(1 + len(entries()), "zoe", user_id=zoe, occurred_at=now())])
        seal_all()
        if not path.exists():
            write(sqlite_app, path)
    erase.close_account(zoe)
    list(erase.blank(zoe, erase.entries_of(zoe), signer()))
    write(sqlite_app, path)
    assert [line.partition("于")[0] for line in path.read_text().splitlines()] == ["zoe", "-"]
