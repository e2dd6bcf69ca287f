"""Do 64 anonymous websockets, held open, make ``/login`` slower?

Rival: the same server before they came. Prints medians in milliseconds and their ratio.
"""

import shutil
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

from bench.tables import table
from tests.support.app import migrate
from tests.support.servers.gatehouse import Site, serving

SOCKETS, REQUESTS = 64, 200
UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def median_ms(site: Site) -> float:
    """Return the median time of a ``GET /login`` in milliseconds."""
    with requests.Session() as session:
        times = []
        for _ in range(REQUESTS):
            start = time.perf_counter()
            session.get(f"{site.url}/login", timeout=30).raise_for_status()
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


@contextmanager
def strangers(site: Site) -> Iterator[list[bytes]]:
    """Ask for ``SOCKETS`` websockets without a session and keep the connections; yield the answers."""
    port = int(site.url.rsplit(":", 1)[1])
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(SOCKETS)]
        for connection in held:
            connection.sendall(UPGRADE.format(host=f"127.0.0.1:{port}").encode())
        yield [connection.recv(64).split(b"\r\n")[0] for connection in held]


def main() -> None:
    """Measure before, with and after the strangers, on one server."""
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-bench-"))
    try:
        with serving(migrate(f"sqlite:///{folder / 'bench.db'}"), folder) as site:
            median_ms(site)
            before = median_ms(site)
            with strangers(site) as answers:
                during = median_ms(site)
        rows = [("before", f"{before:.2f}", ""), ("64 held open", f"{during:.2f}", f"{during / before:.2f}")]
        table("GET /login, median of 200", ("anonymous websockets", "ms", "ratio"), rows)
        print(f"answers to the upgrades: {sorted(set(answers))}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
