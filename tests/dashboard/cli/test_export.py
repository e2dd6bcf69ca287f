"""``manage.py export``."""

import csv
import io
import json
import os
import signal
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from dashboard.cli.export import export
from dashboard.export import job as exports
from dashboard.export import progress
from dashboard.export.pipeline.rows import Chunk, Rows
from tests.support.actions import entries, make_user
from tests.support.book import entry, store, various


@pytest.fixture
def run(app):
    store(various())
    return lambda *options: app.test_cli_runner().invoke(export, options)


def test_everything_goes_to_stdout_and_progress_to_stderr(run):
    result = run()
    assert result.exit_code == 0, result.output
    assert result.stdout_bytes.count(b"\r\n") == 1 + len(various())
    assert "rows/s" in result.stderr
    assert "rows/s" not in result.stdout


def test_a_query_and_a_format(run):
    lines = run("--format", "jsonl", "--query", "user:alice").stdout.splitlines()
    assert [json.loads(line)["username"] for line in lines] == ["a***", "ALICE", "alice"]


@pytest.mark.parametrize(("name", "sign"), [(",", ","), (";", ";"), ("tab", "\t")])
@pytest.mark.parametrize("form", ["csv", "excel"])
def test_cells_stand_between_what_was_chosen(run, form, name, sign):
    result = run("--format", form, "--delimiter", name, "--query", "user:ALICE")
    text = result.stdout_bytes.decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=sign))
    assert [row["username"] for row in found] == ["a***", "ALICE", "alice"]


def test_times_for_excel_are_the_site_s(run, app, monkeypatch):
    there = app.config["SETTINGS"].model_copy(update={"timezone": "Asia/Shanghai"})
    monkeypatch.setitem(app.config, "SETTINGS", there)
    result = run("--format", "excel", "--query", "user:ALICE")
    assert result.stdout_bytes.count(b'+08:00"') == 3


def test_start_and_end_are_recorded_of_the_operator(run):
    run("--query", "user:alice")
    start, end = [row for row in entries() if row.action == "log_export"]
    assert start.actor_name == end.actor_name == "operator"
    assert json.loads(end.detail)["rows"] == 3


def test_a_file_is_whole_and_private(run, tmp_path):
    path = tmp_path / "book.csv"
    path.write_text("old")
    assert run("-o", str(path)).exit_code == 0
    assert path.read_bytes().count(b"\r\n") == 1 + len(various())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".book*")) == []


def test_a_file_that_breaks_off_does_not_appear(run, tmp_path, monkeypatch):
    def failing(*_):
        yield Chunk(0, b"", None)
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(Rows, "chunks", failing)
    assert run("-o", str(tmp_path / "book.csv")).exit_code != 0
    assert list(tmp_path.glob("*book*")) == []
    assert entries()[-1].reason == "aborted"


def test_progress_is_due_though_nobody_watches(run, monkeypatch):
    monkeypatch.setattr(progress, "NOTE_EVERY", 0)
    monkeypatch.setattr(Rows.chunks, "__defaults__", (2, 2))
    result = run()
    assert result.exit_code == 0, result.output
    assert result.stdout_bytes.count(b"\r\n") == 1 + len(various())
    assert [row.outcome for row in entries() if row.action == "log_export"] == ["success", "success"]


def test_a_file_that_finds_the_disk_full_does_not_appear(run, tmp_path, monkeypatch):
    def full(number, mode):
        os.close(number)
        return Path("/dev/full").open(mode)

    monkeypatch.setattr(os, "fdopen", full)
    result = run("-o", str(tmp_path / "book.csv"))
    assert str(result.exception) == f"[Errno 28] No space left on device: '{tmp_path / 'book.csv'}'"
    assert list(tmp_path.glob("*book*")) == []
    assert entries()[-1].reason == "aborted"


def test_a_file_of_an_export_that_is_stopped_does_not_appear(run, tmp_path, monkeypatch):
    def stopped(*_):
        yield Chunk(1, b"a line\r\n", None)
        os.kill(os.getpid(), signal.SIGTERM)
        yield Chunk(1, b"never", None)

    monkeypatch.setattr(Rows, "chunks", stopped)
    assert run("-o", str(tmp_path / "book.csv")).exit_code == 128 + signal.SIGTERM
    assert list(tmp_path.glob("*book*")) == []
    assert (entries()[-1].reason, json.loads(entries()[-1].detail)["rows"]) == ("aborted", 1)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_an_export_that_is_stopped_as_its_end_is_recorded_has_one_end(run, monkeypatch):
    write = exports.write_transaction

    def interrupted(work):
        write(work)
        if exporting.pop():
            os.kill(os.getpid(), signal.SIGTERM)

    exporting = [False, True, False]
    monkeypatch.setattr(exports, "write_transaction", interrupted)
    assert run().exit_code == 128 + signal.SIGTERM
    assert [row.outcome for row in entries() if row.action == "log_export"] == ["success", "success"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--query", "nope:1"], "There is no filter"),
        (["--format", "xlsx"], "'xlsx' is not one of"),
        (["--delimiter", "|"], "'|' is not one of"),
        (["--format", "jsonl", "--delimiter", ";"], "jsonl has no cells"),
        (["-o", "/"], "is a directory"),
    ],
)
def test_a_bad_option_is_one_line_and_no_entry(run, options, message):
    result = run(*options)
    assert result.exit_code != 0
    assert message in result.stderr
    assert not [row for row in entries() if row.action == "log_export"]


def test_what_is_not_sealed_yet_is_sealed_first(run):
    store([entry(50, "zoe")])
    assert "zoe" in run("--query", "user:zoe").stdout


def test_its_own_entries_are_sealed_too(run):
    assert run().exit_code == 0
    assert [row.seq is None for row in entries() if row.action == "log_export"] == [False, False]


def test_a_pipe_is_written_to_and_a_link_followed(run, tmp_path):
    pipe, link, file = tmp_path / "pipe", tmp_path / "link", tmp_path / "file"
    os.mkfifo(pipe)
    link.symlink_to(file)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_bytes)
        assert run("-o", str(pipe)).exit_code == 0
    assert read.result().count(b"\r\n") == 1 + len(various())
    assert run("-o", str(link)).exit_code == 0
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert file.read_bytes().startswith(b"seq,")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("user:a OR user:b", "--query: “OR” means nothing here"),
        ("user:*x", "--query: A star may only stand at the end"),
        ("outcome:success outcome:failure", "can never both hold"),
        ("since:24h on:2020-01-01", "can never both hold"),
        ("10.0.0.7", "--query: To find an address, write ip:10.0.0.7"),
        ("since:0d", "--query: “0d” is not a length of time"),
    ],
)
def test_a_query_that_means_nothing_is_told_and_writes_no_file(run, tmp_path, query, words):
    result = run("--query", query, "-o", str(tmp_path / "book.csv"))
    assert result.exit_code == 1
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert list(tmp_path.glob("*book*")) == []
    assert not [row for row in entries() if row.action == "log_export"]


def test_an_e_mail_address_exports_its_account(run):
    make_user("alice", id=1, email="alice@example.org", email_key="alice@example.org")
    lines = run("--format", "jsonl", "--query", "user:Alice@example.org outcome:failure").stdout.splitlines()
    assert [json.loads(line)["username"] for line in lines] == ["alina", "ALICE"]
