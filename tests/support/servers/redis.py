"""A Redis of our own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

from tests.support.servers.process import Server, free_port, need


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Run Redis in ``folder`` and yield its address."""
    server, url = prepared(folder)
    with server:
        yield url


def prepared(folder: Path) -> tuple[Server, str]:
    """Return a Redis that does not run yet and the address it will have."""
    port = free_port()
    command = [need("redis-server", "redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    server = Server(command, lambda: _ping(port), folder / "redis.log")
    return server, f"redis://127.0.0.1:{port}/0"


def _ping(port: int) -> None:
    with Redis(port=port) as client:
        client.ping()
