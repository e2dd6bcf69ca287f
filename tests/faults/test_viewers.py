"""Viewers that send what they should not, ask too much or never read: nobody else notices."""

import random
import struct
from collections.abc import Iterator
from contextlib import closing, suppress
from time import sleep
from typing import Any

import pytest
import socketio
from sqlalchemy import select, update
from websocket import WebSocketConnectionClosedException

from dashboard.live.feed import MAX_PULLS
from models import User, UserSession, write_transaction
from models.clock import now
from tests.faults.crowd import ONLOOKER
from tests.faults.junk import JUNK, MISTAKES, wish
from tests.faults.sites import on_sqlite
from tests.faults.stage import Stage
from tests.support.app import running
from tests.support.viewer import LOST, Wire
from tests.support.waiting import wait_until

SEATS = 5
#: Pulls sent before their answers are read.
BURST = 20


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One worker with few seats, of which a well-behaved viewer has one."""
    folder = tmp_path_factory.mktemp("small")
    database = folder / "gatehouse.db"
    with on_sqlite(folder, random.Random(2), database, max_viewers=SEATS) as stage, stage.watching(1):
        with stage.crowd.busy(400):
            pass
        yield stage
    assert "Traceback" not in stage.site.log.read_text()


@pytest.fixture
def cookie(small: Stage) -> str:
    """The session of one more person who may watch."""
    return small.crowd.cookie_of(ONLOOKER)


@pytest.fixture
def wire(small: Stage, cookie: str) -> Iterator[Wire]:
    """One more viewer; whatever it did, all seats but one are free again and the good one missed nothing."""
    workers = small.workers()
    with closing(seated(small, cookie)) as wire:
        yield wire
    cookie = small.crowd.cookie_of(ONLOOKER)
    wait_until(lambda: are_free(small, cookie, SEATS - 1), "free seats")
    with small.crowd.busy(5):
        pass
    small.check()
    assert small.workers() == workers


def seated(stage: Stage, cookie: str) -> Wire:
    """Return one more viewer, as soon as there is a seat."""
    wires: list[Wire] = []

    def sit_down() -> bool:
        with suppress(*LOST):
            wires.append(Wire(stage.url, cookie).join())
        return bool(wires)

    wait_until(sit_down, "a seat")
    return wires[0]


def are_free(stage: Stage, cookie: str, seats: int) -> bool:
    """Whether so many more people can watch."""
    wires: list[Wire] = []
    with suppress(*LOST):
        for _ in range(seats):
            wires.append(Wire(stage.url, cookie).join())
    for wire in wires:
        wire.close()
    return len(wires) == seats


def test_a_bad_pull_is_answered_with_its_mistake(wire: Wire) -> None:
    told = {code: {wire.call(bad)["error"]["code"] for bad in pulls} for code, pulls in MISTAKES.items()}
    assert told == {code: {code} for code in MISTAKES}


def test_a_pull_of_what_never_was_begins_anew(wire: Wire) -> None:
    told = wire.call(wish())
    assert told["reset"] is True
    assert wire.call(wish(told["head"] + 1000, 1, told["epoch"]))["reset"] is True


def test_a_thousand_pulls_at_once_are_too_many(wire: Wire) -> None:
    codes = set[str | None]()
    for _ in range(1000 // BURST):  # few at a time, so that nothing piles up unread
        last = [wire.ask(wish()) for _ in range(BURST)][-1]
        while (heard := wire.hear())[0] != last:
            codes.add(heard[1].get("error", {}).get("code"))
    assert codes == {None, "too_many"}


def test_a_thousand_pulls_that_nobody_reads_are_too_many_or_too_slow(wire: Wire) -> None:
    codes = set[str | None]()
    with suppress(*LOST):  # who asks faster than it reads may be cut off
        last = [wire.ask(wish()) for _ in range(1000)][-1]
        while (heard := wire.hear())[0] != last:
            codes.add(heard[1].get("error", {}).get("code"))
    assert codes <= {None, "too_many", "too_slow"}


def test_junk_ends_the_connection_or_nothing(small: Stage, cookie: str, wire: Wire) -> None:
    for frame in JUNK.values():
        with suppress(*LOST), closing(seated(small, cookie)) as wire:
            (wire.socket.send_binary if isinstance(frame, bytes) else wire.send)(frame)  # type: ignore[operator]
            last = [wire.ask(wish()) for _ in range(2)][-1]  # the first may be taken for an attachment
            while wire.hear()[0] != last:
                pass


@pytest.mark.parametrize("event", ["connect", "disconnect", "head", "on_since", "message"])
def test_an_event_of_the_server_s_own_does_nothing(wire: Wire, event: str) -> None:
    for _ in range(20):
        wire.send(f'42/live,["{event}"]')
    wire.send(f'42/live,999["{event}",{{}}]')
    heads = 0
    while (heard := wire.hear())[0] == "head":
        heads += 1
    assert heads < 10  # its own, and a few of what just happened
    assert heard == (999, {"error": {"code": "unknown_event", "message": "there is no event but since"}})
    assert wire.call(wish())["reset"] is True


def test_events_of_every_name_are_counted(wire: Wire) -> None:
    codes = set()
    for last in range(BURST - 1, MAX_PULLS * 3, BURST):  # few at a time, so that nothing piles up unread
        for number in range(last - BURST + 1, last + 1):
            wire.send(f'42/live,{number}["connect"]')
        while (heard := wire.hear())[0] != last:
            codes.add(heard[1].get("error", {}).get("code"))
    assert codes == {None, "unknown_event", "too_many"}


@pytest.mark.parametrize("again", ["40/live,", "41/live,"])
def test_who_joins_twice_is_cut_off(wire: Wire, again: str) -> None:
    wire.socket.settimeout(15)  # less than from ping to ping
    wire.send(again)
    wire.send("40/live,")
    with pytest.raises((OSError, WebSocketConnectionClosedException)):  # not one of patience
        while True:
            wire.hear()


def test_who_never_joins_loses_the_seat(small: Stage, cookie: str, wire: Wire) -> None:
    with closing(Wire(small.url, cookie)):
        wait_until(lambda: are_free(small, cookie, SEATS - 2), "the seat is free")


@pytest.mark.parametrize("frame", ["40/nowhere,", '42/live,1["nothing"]'])
def test_who_sends_and_never_reads_loses_the_seat(small: Stage, cookie: str, wire: Wire, frame: str) -> None:
    long = frame.replace("nowhere", "nowhere" * 900)
    with suppress(*LOST):
        for _ in range(200_000):
            wire.send(long)
        pytest.fail("it was never cut off")


def test_the_official_client_may_ask_when_it_hears_of_the_head(small: Stage, cookie: str) -> None:
    told: list[Any] = []
    client = socketio.Client()
    client.on("head", lambda head: told.append(client.call("since", wish(), namespace="/live")), "/live")
    client.connect(small.url, {"Cookie": cookie}, transports=["websocket"], namespaces=["/live"])
    try:
        wait_until(lambda: told, "its first pull is answered")
    finally:
        client.disconnect()
    assert told[0]["reset"] is True


def test_the_welcome_comes_first(small: Stage, cookie: str) -> None:
    with closing(Wire(small.url, cookie)) as wire:
        wire.socket.recv()  # the handshake
        wire.send("40/live,")
        assert wire.socket.recv().startswith('40/live,{"sid":')
        assert wire.socket.recv().startswith('42/live,["head",{"epoch":')


def test_a_message_too_large_ends_the_connection(wire: Wire) -> None:
    with pytest.raises(LOST):
        wire.send(f'42/live,1["since","{"x" * 100_000}"]')
        while True:
            wire.hear()


def test_a_message_without_end_is_not_waited_for(wire: Wire) -> None:
    line = wire.socket.sock
    with pytest.raises(OSError):
        line.sendall(b"\x81\xff" + struct.pack(">Q", 2**40) + bytes(4))
        for _ in range(64):
            line.sendall(bytes(2**20))


def test_who_asks_and_never_reads_loses_the_seat(small: Stage, cookie: str, wire: Wire) -> None:
    ask_unheard(wire, 120)
    wait_until(lambda: are_free(small, cookie, SEATS - 1), "the seat is free")


def test_who_is_revoked_and_never_reads_loses_the_seat(small: Stage, wire: Wire) -> None:
    ask_unheard(wire, 25)
    with running(small.database_url):
        owner = select(User.id).where(User.username == ONLOOKER).scalar_subquery()
        ended = update(UserSession).where(UserSession.user_id == owner).values(revoked_at=now())
        write_transaction(lambda session: session.execute(ended))
    cookie = small.crowd.cookie_of(ONLOOKER)
    wait_until(lambda: are_free(small, cookie, SEATS - 1), "the seat is free")


def ask_unheard(wire: Wire, pulls: int) -> None:
    """Ask for the whole book again and again, as fast as is allowed, and read nothing."""
    told = wire.call(wish())
    with suppress(*LOST):
        for _ in range(pulls):
            wire.ask(wish(0, 500, told["epoch"]))
            sleep(1 / MAX_PULLS)
