"""A viewer hears its own process; processes wake each other through Redis."""

import json
import logging
from collections.abc import Callable, Iterator
from queue import Queue

import pytest
from redis import Redis
from redis.client import PubSub
from socketio import Server

from dashboard.live.feed import NAMESPACE, LiveFeed
from dashboard.live.head_announcement import CHANNEL, HeadAnnouncer
from dashboard.log.sealer import seal_all
from tests.support.app import running
from tests.support.book import entry, store
from tests.support.waiting import DEADLINE, wait_until

#: These listen until the run ends, and Redis ends before.
QUIET = logging.Logger("quiet", logging.CRITICAL)


class Process:
    """A process that listens, its one viewer, and what wakes it."""

    def __init__(self, redis: "Redis[bytes]", server: Server, woken: "Queue[None]") -> None:
        self._server, self._woken = server, woken
        self.heads: list[int] = []
        server._send_eio_packet = lambda _viewer, packet: self.heads.append(head_in(packet.data))
        server.manager.connect("viewer", NAMESPACE)
        before = listeners(redis)
        server.manager.initialize()
        wait_until(lambda: listeners(redis) > before, "a process that listens")

    def announce(self, head: int) -> None:
        """Say where the head is."""
        self._server.emit("head", {"head": head}, namespace=NAMESPACE)

    def wait(self) -> None:
        """Wait until another process has announced."""
        self._woken.get(timeout=DEADLINE)

    @property
    def is_woken(self) -> bool:
        """Whether another process has announced since."""
        return not self._woken.empty()


def head_in(packet: str) -> int:
    """Return the head that a packet tells of."""
    head: int = json.loads(packet.partition(",")[2])[1]["head"]
    return head


def listeners(redis: "Redis[bytes]") -> int:
    """Return how many processes listen."""
    return int(redis.pubsub_numsub(CHANNEL)[0][1])


@pytest.fixture
def redis(redis_url: str) -> Iterator["Redis[bytes]"]:
    """A connection to Redis."""
    with Redis.from_url(redis_url) as connection:
        yield connection


@pytest.fixture
def processes(redis_url: str, redis: "Redis[bytes]") -> list[Process]:
    """Two processes without an app."""

    def process() -> Process:
        woken: Queue[None] = Queue()
        manager = HeadAnnouncer(redis_url, lambda: woken.put(None))
        return Process(redis, Server(async_mode="threading", client_manager=manager, logger=QUIET), woken)

    return [process(), process()]


def test_what_one_process_rings_wakes_the_other_and_no_more(processes: list[Process]) -> None:
    one, other = processes
    for head in (1, 2):  # once the second has woken it, nothing of the first is on its way
        one.announce(head)
        other.wait()
    assert other.heads == []


def test_its_own_viewers_hear_it_at_once_and_once(processes: list[Process]) -> None:
    one, other = processes
    one.announce(1)
    assert one.heads == [1]
    other.announce(2)
    one.wait()  # what it rang itself came back before this
    assert (one.heads, one.is_woken) == ([1], False)


@pytest.fixture
def sites(
    sqlite_url: str, redis_url: str, redis: "Redis[bytes]", monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[tuple[Process, LiveFeed]]]:
    """Two processes of one site; what would wake the loop that rings is counted instead."""
    wakes: list[Queue[None]] = []

    def after_seal(*_: object, **__: object) -> Callable[[], None]:
        wakes.append(woken := Queue())
        return lambda: woken.put(None)

    monkeypatch.setattr("dashboard.live.feed.after_seal", after_seal)
    with running(sqlite_url, redis_url=redis_url) as one, running(sqlite_url, redis_url=redis_url) as other:
        servers = [app.extensions["socketio"].server for app in (one, other)]
        feeds = [server.namespace_handlers[NAMESPACE] for server in servers]
        yield [
            (Process(redis, server, woken), feed)
            for server, feed, woken in zip(servers, feeds, wakes, strict=True)
        ]


def published(eavesdropper: PubSub) -> Iterator[object]:
    """Yield what was published until the test said that this is all."""
    for message in eavesdropper.listen():
        if message["data"] == b"all":
            return
        yield message["data"]


def test_processes_that_wake_each_other_fall_silent(
    sites: list[tuple[Process, LiveFeed]], redis: "Redis[bytes]"
) -> None:
    (one, its_feed), (other, other_feed) = sites
    store([entry(1)])
    seal_all()
    with redis.pubsub(ignore_subscribe_messages=True) as eavesdropper:
        eavesdropper.subscribe(CHANNEL)
        its_feed.announce()
        other.wait()
        other_feed.announce()
        one.wait()
        its_feed.announce()
        redis.publish(CHANNEL, "all")
        assert len(list(published(eavesdropper))) == 2
    assert (one.heads, other.heads) == ([1], [1])
