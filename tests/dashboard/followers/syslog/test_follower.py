"""Each entry arrives at the real rsyslog, whatever is restarted meanwhile."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from dashboard.background import schedule
from dashboard.followers.follow import Consequence, DeliveryFailed, begin, catch_up
from dashboard.followers.syslog import stream
from dashboard.followers.syslog.follower import sender_to
from dashboard.log.sealer import seal_all
from models import Follower, db
from models.clock import now
from tests.dashboard.followers.notebook import change, some_entries
from tests.support.actions import AuthActions, make_user
from tests.support.app import running
from tests.support.book import NOW, entry, store
from tests.support.servers.certificate import certificate
from tests.support.servers.gatehouse import ROOT, environment
from tests.support.servers.process import free_port
from tests.support.servers.rsyslog import Receiver, prepared, rsyslog
from tests.support.servers.silent import silent_server
from tests.support.waiting import wait_until


def follower(url: str, batch: int = 3) -> Consequence:
    """Return what sends to an address."""
    return Consequence("syslog", sender_to(url, "gate.example.org").deliver, batch=batch)


def row() -> Follower:
    """Return how the follower stands."""
    db.session.rollback()
    found = db.session.get(Follower, "syslog", populate_existing=True)
    assert found is not None
    return found


def has(receiver: Receiver, *numbers: int) -> None:
    """Wait until these entries have arrived, in whatever order and however often."""
    wait_until(lambda: set(receiver.numbers()) >= set(numbers), f"{numbers} arrive")


@pytest.fixture
def book(sqlite_app: Flask) -> Flask:
    """A site with seven sign-ins of which nothing was sent."""
    begin("syslog", NOW - timedelta(days=365))
    some_entries(7)
    return sqlite_app


def test_each_entry_arrives_once_and_in_order(book: Flask, tmp_path: Path) -> None:
    with rsyslog(tmp_path / "rsyslog") as receiver:
        sending = follower(f"tcp://127.0.0.1:{receiver.port}")
        catch_up(sending)
        some_entries(2, first=8)
        catch_up(sending)
        has(receiver, 9)
        assert receiver.numbers() == list(range(1, 10))
        first = receiver.parsed()[0]
    assert (first["syslogfacility"], first["syslogseverity"]) == ("10", "6")
    assert (first["hostname"], first["programname"], first["msgid"]) == (
        "gate.example.org",
        "gatehouse",
        "login",
    )
    assert first["timereported"] == "2026-11-22T11:00:00.000000+00:00"
    assert first["structured-data"].startswith("[gatehouse@32473 event_id=")
    assert first["msg"] == "\ufefflogin success: alice"


def test_datagrams_arrive(book: Flask, tmp_path: Path) -> None:
    with rsyslog(tmp_path / "rsyslog") as receiver:
        some_entries(100, first=8)
        catch_up(follower(f"udp://127.0.0.1:{receiver.port}", batch=500))
        has(receiver, *range(1, 108))
        assert receiver.parsed()[0]["inputname"] == "imudp"


def test_events_in_cef_arrive(book: Flask, tmp_path: Path) -> None:
    with rsyslog(tmp_path / "rsyslog") as receiver:
        catch_up(follower(f"tcp://127.0.0.1:{receiver.port}?format=cef"))
        has(receiver, *range(1, 8))
        assert receiver.parsed()[0]["msg"].startswith(
            "CEF:0|Gatehouse|Gatehouse|1|login.success|login success|3|"
        )


def test_nothing_is_lost_when_rsyslog_is_restarted(book: Flask, tmp_path: Path) -> None:
    with rsyslog(tmp_path / "rsyslog") as receiver:
        sending = follower(f"tcp://127.0.0.1:{receiver.port}")
        catch_up(sending)
        receiver.server.stop()
        some_entries(3, first=8)
        with pytest.raises(DeliveryFailed, match="Connection refused"):
            catch_up(sending)
        assert (row().failures, row().cursor) == (1, 7)
        receiver.server.start()
        catch_up(sending)
        has(receiver, *range(1, 11))
        assert list(dict.fromkeys(receiver.numbers())) == list(range(1, 11))
        assert row().failures == 0


def test_what_a_killed_rsyslog_had_not_read_is_sent_again(book: Flask, tmp_path: Path) -> None:
    with rsyslog(tmp_path / "rsyslog") as receiver:
        sending = follower(f"tcp://127.0.0.1:{receiver.port}")
        catch_up(sending)
        has(receiver, 7)
        os.kill(receiver.server.process.pid, signal.SIGSTOP)  # takes what it never reads
        some_entries(3, first=8)
        catch_up(sending)
        assert row().cursor == 10
        receiver.server.kill()
        receiver.server.start()
        assert 8 not in receiver.numbers()
        some_entries(1, first=11)
        catch_up(sending)
        has(receiver, *range(1, 12))
        assert list(dict.fromkeys(receiver.numbers())) == list(range(1, 12))


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_a_server_that_is_restarted_again_and_again_has_each_entry(
    book: Flask, tmp_path: Path, transport: str
) -> None:
    mine = certificate(tmp_path, "localhost") if transport == "tls" else None
    receiver = prepared(tmp_path / "rsyslog", mine)
    query = f"?ca={mine.ca}" if mine else ""
    sending = follower(f"{transport}://localhost:{receiver.port}{query}")
    for number in range(3):
        with pytest.raises(DeliveryFailed):
            catch_up(sending)
        with receiver.server:
            catch_up(sending)
            has(receiver, 7 + 5 * number)
        some_entries(5, first=8 + 5 * number)
    assert list(dict.fromkeys(receiver.numbers())) == list(range(1, 18))


#: Sends a batch and is killed before the cursor moves, or after the second batch.
DYING = """
import os, signal, sys
from datetime import timedelta
from dashboard.followers import cursor
from dashboard.followers.follow import catch_up
from tests.dashboard.followers.syslog.test_follower import follower
from tests.support.app import running
advance, left = cursor.advance, [int(sys.argv[3])]
def dying(*args, **named):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    return advance(*args, **named)
cursor.advance = dying
with running(sys.argv[1]):
    catch_up(follower(sys.argv[2]))
"""


@pytest.mark.parametrize("batches", [0, 1])
def test_nothing_is_lost_when_we_are_killed(book: Flask, tmp_path: Path, batches: int) -> None:
    database = book.config["SETTINGS"].database
    with rsyslog(tmp_path / "rsyslog") as receiver:
        url = f"tcp://127.0.0.1:{receiver.port}"
        command = [sys.executable, "-c", DYING, database, url, str(batches)]
        done = subprocess.run(command, cwd=ROOT, env=environment(database), capture_output=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        catch_up(follower(url))
        has(receiver, *range(1, 8))
        assert list(dict.fromkeys(receiver.numbers())) == list(range(1, 8))


def test_whoever_gets_the_turn_begins_with_a_connection_of_their_own(book: Flask, tmp_path: Path) -> None:
    with rsyslog(tmp_path / "rsyslog") as receiver:
        ours, theirs = (follower(f"tcp://127.0.0.1:{receiver.port}") for _ in range(2))
        for number, sending in enumerate([ours, theirs, ours], 8):
            catch_up(sending)
            store([entry(number, occurred_at=NOW + timedelta(minutes=number))])
            seal_all()
        has(receiver, *range(1, 10))
        assert receiver.numbers() == [*range(1, 8), *range(1, 8), 8, 8, 9]


def test_who_never_reads_is_a_failure_and_no_hang(
    book: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SEND", 0.3)
    monkeypatch.setattr("dashboard.followers.syslog.follower.message", lambda *_: b"x" * 8_000_000)
    with silent_server() as server:
        sending = follower(f"tcp://127.0.0.1:{server.port}")
        with pytest.raises(DeliveryFailed, match="it takes nothing, or does not answer"):
            catch_up(sending)
    assert row().cursor == 0


def test_datagrams_that_nobody_takes_are_told(book: Flask) -> None:
    with pytest.raises(DeliveryFailed, match="cannot be sent to: Connection refused"):
        catch_up(follower(f"udp://127.0.0.1:{free_port()}"))
    assert row().cursor == 0


def test_who_lost_the_turn_hangs_up(book: Flask, tmp_path: Path) -> None:
    with rsyslog(tmp_path / "rsyslog") as receiver:
        sending = follower(f"tcp://127.0.0.1:{receiver.port}")

        def lose(delivery: object) -> None:
            change(holder="elsewhere 1 aa", held_until=now() + timedelta(seconds=20))
            sending.deliver(delivery)  # type: ignore[arg-type]

        catch_up(replace(sending, deliver=lose))
        assert row().cursor == 0
        change(holder=None)
        catch_up(sending)
        has(receiver, *range(1, 8))


def test_sign_ins_go_on_without_a_server_and_arrive_when_it_is_there(sqlite_url: str, tmp_path: Path) -> None:
    receiver = prepared(tmp_path / "rsyslog")
    with running(sqlite_url, syslog_url=f"tcp://127.0.0.1:{receiver.port}") as app:
        make_user("zoe")
        schedule.start(app)
        try:
            assert AuthActions(app.test_client()).login("zoe").status_code == 302
            wait_until(lambda: [state for state in schedule.states(app) if state.failures], "it is seen")
            assert AuthActions(app.test_client()).login("zoe").status_code == 302
            with receiver.server:
                wait_until(lambda: len(set(receiver.numbers())) == 2, "both arrive")
                assert all(" login [" in line for line in receiver.received())
        finally:
            schedule.stop(app)
