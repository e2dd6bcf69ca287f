"""Takes an export from a running site as a person's browser would, and looks at the worker meanwhile."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from uuid import uuid4

import requests

from bench.datasets import READER
from bench.live import memory
from tests.support.actions import signed_in
from tests.support.servers.gatehouse import Site

#: Bytes read at once.
CHUNK = 1 << 18


@dataclass(slots=True)
class Transfer:
    """Seconds until the first byte and in all, rows, and the head of the stream at the start."""

    first: float = 0
    seconds: float = 0
    rows: int = 0
    last_seq: int = 0

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


class Watch:
    """Notes the most memory of a site's worker while it is open, in KiB."""

    def __init__(self, site: Site) -> None:
        self._master, self._over = site.server.process.pid, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.before = self.most = memory(self._master)

    @property
    def grown(self) -> float:
        """MiB more than at the beginning."""
        return (self.most - self.before) / 1024

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.most = max(self.most, memory(self._master))


class Exporter:
    """An auditor who is signed in at a site."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._headers = {"Cookie": signed_in(url, READER), "Accept-Encoding": "identity"}

    def take(self, format_: str, **asked: str) -> Transfer:
        """Take a whole export and throw it away."""
        transfer = Transfer()
        for _ in self.lines(transfer, format_, **asked):
            pass
        return transfer

    def lines(self, transfer: Transfer, format_: str, **asked: str) -> Iterator[bytes]:
        """Yield the bytes of an export as they come and note how it went."""
        number = uuid4()
        began = time.perf_counter()
        with self._ordered(str(number), format_, asked) as response:
            transfer.last_seq = int(response.headers["X-Gatehouse-Last-Seq"])
            for data in response.iter_content(CHUNK):
                transfer.first = transfer.first or time.perf_counter() - began
                yield data
        transfer.seconds = time.perf_counter() - began
        job = requests.get(f"{self._url}/admin/logins/export/{number}", headers=self._headers, timeout=30)
        assert job.json()["state"] == "done", job.text
        transfer.rows = job.json()["rows"]

    @contextmanager
    def _ordered(self, number: str, format_: str, asked: dict[str, str]) -> Iterator[requests.Response]:
        page = requests.get(f"{self._url}/admin/logins/?size=20", headers=self._headers, timeout=30).text
        token = page.split('name="csrf-token" content="', 1)[1].split('"', 1)[0]
        data = {"csrf_token": token, "format": format_, "export_id": number, **asked}
        address = f"{self._url}/admin/logins/export"
        with requests.post(address, data=data, headers=self._headers, stream=True, timeout=60) as response:
            response.raise_for_status()
            yield response
