"""``verify``, ``checkpoint``, ``prune`` and ``erase-user`` as the operator runs them."""

import shutil
from collections.abc import Iterator
from contextvars import Context
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard.log.sealer import seal_all
from dashboard.proof.checkpoint.key import make_key
from models import LoginLog, User, db
from models.clock import now
from tests.dashboard.cli.conftest import Run, on, refusal
from tests.dashboard.proof.verify.tampering import HEAD, LOG, changed, copied, restored, sealed_book
from tests.support.actions import make_user
from tests.support.book import entry, store

INTACT = "intact: 12 entries, 1 to 12"


@pytest.fixture(autouse=True)
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keys and checkpoints of their own."""
    folder = tmp_path / "instance"
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", folder)
    yield folder


@pytest.fixture(autouse=True)
def book(app: Flask) -> None:
    """A sealed book."""
    sealed_book()


@pytest.fixture
def manage(database_url: str) -> Run:
    """Run a command that builds an app of its own, whatever is current here."""
    return partial(Context().run, on(database_url))


def broken(manage: Run, *arguments: str) -> str:
    """Return the last line of a verification that finds the book broken."""
    result = manage("verify", *arguments)
    assert result.exit_code == 1
    return result.stderr.splitlines()[-1]


def no_run(manage: Run, *arguments: str) -> str:
    """Return the last line of a verification that cannot run."""
    result = manage("verify", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr.splitlines()[-1]


def test_an_intact_book_is_exit_0(manage: Run) -> None:
    result = manage("verify")
    assert (result.exit_code, result.stdout) == (0, f"{INTACT}; no checkpoint to compare with\n")
    assert "100%" in result.stderr


def test_entries_that_wait_are_counted(manage: Run) -> None:
    store([entry(600)])
    assert "1 not sealed yet" in manage("verify").stdout


def test_an_empty_book_is_intact(sqlite_url: str, app: Flask) -> None:
    restored({table: [] for table in copied() if table is not HEAD})
    changed(HEAD, HEAD.c.id == 1, seq=0, chain=None, frontier=None)
    url = str(db.engine.url.render_as_string(hide_password=False))
    assert on(url)("verify").stdout.startswith("intact: 0 entries; ")


def test_a_broken_book_is_exit_1_with_the_first_wrong_entry(manage: Run) -> None:
    changed(LOG, LOG.c.seq.in_((4, 9)), outcome="success", reason="expired")
    assert broken(manage) == "Error: broken: entry 4: its public fields were changed"


def test_a_checkpoint_is_found_by_itself(manage: Run, instance: Path) -> None:
    result = manage("checkpoint")
    [path] = (instance / "checkpoints").glob("*.note")
    assert result.stdout == f"12 entries vouched for in {path}\n"
    assert " at 12 agrees" in manage("verify").stdout


def test_checkpoints_go_where_they_are_told(manage: Run, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    manage("checkpoint", checkpoint_dir=folder)
    assert {path.suffix for path in folder.iterdir()} == {".note", ".pem"}
    manage("checkpoint", "-o", str(tmp_path / "one.note"), checkpoint_dir=folder)
    verified = manage("verify", "--checkpoint", str(tmp_path / "one.note"), checkpoint_dir=folder)
    assert verified.exit_code == 0


def test_a_checkpoint_may_go_to_stdout(manage: Run) -> None:
    lines = manage("checkpoint", "-o", "-").stdout.splitlines()
    assert lines[0].startswith("gatehouse/")
    assert lines[1] == "12"
    assert lines[-1].startswith("\N{EM DASH} gatehouse/")


def test_a_checkpoint_that_cannot_be_written_is_one_line(manage: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "file" in refusal(manage("checkpoint", checkpoint_dir=tmp_path / "file"))
    assert "there is no folder" in refusal(manage("checkpoint", "-o", str(tmp_path / "none" / "one.json")))


def test_a_restored_copy_is_found(manage: Run) -> None:
    backup = copied()
    store([entry(600)])
    seal_all()
    manage("checkpoint")
    restored(backup)
    assert "an older copy was restored" in broken(manage)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1, 2]", b"x" * 1_000_000])
def test_a_file_that_is_no_checkpoint_is_exit_2(manage: Run, tmp_path: Path, content: bytes) -> None:
    manage("checkpoint")
    (tmp_path / "file").write_bytes(content)
    assert "it is not a checkpoint" in no_run(manage, "--checkpoint", str(tmp_path / "file"))


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_file_that_cannot_be_read_is_exit_2(manage: Run, name: str) -> None:
    assert "could not verify: " in no_run(manage, "--checkpoint", name)


def test_a_checkpoint_without_our_key_is_exit_2(manage: Run, instance: Path, tmp_path: Path) -> None:
    path = str(tmp_path / "one.json")
    manage("checkpoint", "-o", path)
    shutil.rmtree(instance)
    assert "there is no key" in no_run(manage, "--checkpoint", path)
    make_key(instance / "checkpoint_key")
    assert "a key that is not known here" in no_run(manage, "--checkpoint", path)


def test_an_altered_checkpoint_is_exit_1(manage: Run, tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    manage("checkpoint", "-o", str(path))
    path.write_text(path.read_text().replace("chain ", "chain 0", 1).replace("0\ntime", "\ntime", 1))
    assert "signature is wrong" in broken(manage, "--checkpoint", str(path))


def test_a_checkpoint_of_another_origin_is_exit_1(manage: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "one.json")
    manage("checkpoint", "-o", path)
    before = copied()
    changed(HEAD, HEAD.c.id == 1, origin="f" * 32)
    found = broken(manage, "--checkpoint", path)
    restored(before)
    assert "another origin" in found


@pytest.mark.parametrize("url", ["mariadb://root@127.0.0.1:1/none", "nothing", "sqlite:////nowhere/none.db"])
def test_without_a_database_it_is_exit_2(url: str) -> None:
    result = on(url)("verify")
    assert (result.exit_code, result.stdout) == (2, "")
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: could not verify: ")


def test_prune_says_what_would_go(manage: Run) -> None:
    result = manage("prune", "--older-than", "1s", "--dry-run")
    assert result.stdout.startswith("would delete 12 entries older than ")
    assert db.session.scalar(select(func.count(LoginLog.id))) == 12


def test_prune_deletes_and_the_rest_is_intact(manage: Run) -> None:
    store([entry(700, occurred_at=now())])
    result = manage("prune", "--older-than", "30m", "--yes")
    assert result.stdout.startswith("deleted 12 entries older than ")
    assert "2 entries, 13 to 14; 12 before them pruned, as recorded" in manage("verify").stdout


def test_prune_with_nothing_to_do_says_so(manage: Run) -> None:
    assert manage("prune", "--older-than", "999999d").exit_code != 0
    assert manage("prune", "--older-than", "9999d").stdout.startswith("nothing is older than ")


def test_prune_refuses_a_broken_book(manage: Run) -> None:
    changed(LOG, LOG.c.seq == 2, outcome="other")
    result = manage("prune", "--older-than", "1s", "--yes")
    assert result.exit_code == 1
    assert "entry 2: its public fields were changed" in result.stderr.splitlines()[-1]
    assert db.session.scalar(select(func.count(LoginLog.id))) == 12


@pytest.mark.parametrize("age", ["", "0d", "-1d", "1", "d", "1y", "1.5d", "٣d"])
def test_a_bad_age_is_a_usage_error(manage: Run, age: str) -> None:
    result = manage("prune", f"--older-than={age}")
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_erase_user_blanks_and_the_book_is_intact(manage: Run) -> None:
    user = make_user("Zoë", id=77)
    store([entry(800, "Zoë", user_id=user.id), entry(801, "Zoë", user_id=user.id)])
    result = manage("erase-user", "ZOË")
    assert result.stdout == f"2 entries blanked; the account is called erased-{user.id} now\n"
    assert not db.session.scalar(select(User.id).where(User.username == "Zoë"))
    assert manage("verify").stdout.startswith("intact: 16 entries")


def test_erasing_nobody_is_one_line(manage: Run) -> None:
    assert refusal(manage("erase-user", "nobody")) == "there is no user called nobody"
