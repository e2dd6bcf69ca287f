"""What does counting signals cost a request?

Requests a second of the sign-in page with `GATEHOUSE_SIGNAL_WATCH` on; rival: the same site with it off. Both
answer in this process, in turns; medians.
"""

import statistics
import tempfile
import time
from pathlib import Path

from flask import Flask

from bench.tables import table
from tests.support.app import TemplateCache, build, migrate

ROUNDS, REQUESTS = 21, 150
WANTED = 0.97


def a_second(app: Flask) -> float:
    """Return how many pages a second ``app`` makes."""
    client = app.test_client()
    begun = time.perf_counter()
    for _ in range(REQUESTS):
        assert client.get("/login").status_code == 200
    return REQUESTS / (time.perf_counter() - begun)


def main() -> None:
    """Measure both in turns and print the ratio."""
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder:
        url = migrate(f"sqlite:///{Path(folder) / 'bench.db'}")
        off, on = build(url, signal_watch="off"), build(url)
        for app in (off, on):
            app.jinja_env.bytecode_cache = TemplateCache()
            a_second(app)
        found = [(a_second(on), a_second(off)) for _ in range(ROUNDS)]
    ours, rival = (statistics.median(rates) for rates in zip(*found, strict=True))
    ratio = statistics.median(with_watch / without for with_watch, without in found)
    row = ("counted", "not counted", f"{ours:,.0f}", f"{rival:,.0f}", f"{ratio:.3f}", f"{WANTED}")
    table("GET /login, a second", ("ours", "rival", "ours/s", "rival/s", "ratio", "wanted"), [row])


if __name__ == "__main__":
    main()
