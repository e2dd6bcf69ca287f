"""Do webhooks keep up with sign-ins?

Deliveries a second from the sealed log on SQLite to a receiver in a process of its own that takes 10 ms for
each, signed and with what came of each written down. Rival: `requests` in eight threads, which keeps
connections too, signs nothing and remembers nothing. In turns; medians. Wanted: 200 a second.
"""

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from uuid import uuid4

import requests
from sqlalchemy import select

from auth.events import AuthEvent, Client, Subject
from bench.tables import table
from dashboard.followers.webhooks.manage import WantedWebhook, add_webhook
from dashboard.followers.webhooks.run import HELPERS_EACH, deliver_due
from dashboard.log.sealer import seal_all
from models import Action, DeliveryState, Outcome, Webhook, WebhookDelivery, db
from models.clock import now
from tests.support.app import migrate, running
from tests.support.book import entry, store
from tests.support.servers import receiver

HOOK_ROUNDS, DELIVERIES, MILLISECONDS, HOOKS_WANTED = 5, 1_000, 10, 200
BODY = b'{"type":"login.success","data":{"username":"alice"}}' * 10


@contextmanager
def slow_receiver() -> Iterator[str]:
    """Run a receiver that takes its time; yield where it is."""
    command = [sys.executable, "-m", receiver.__name__, str(MILLISECONDS)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:  # type: ignore[call-overload]
        port = process.stdout.readline().strip()
        threading.Thread(target=lambda: [None for _ in process.stdout], daemon=True).start()
        yield f"http://127.0.0.1:{port}/hook"
        process.stdin.close()


def deliveries_a_second(work: Callable[[], object]) -> float:
    """Return how many deliveries a second ``work`` does."""
    begun = time.perf_counter()
    work()
    return DELIVERIES / (time.perf_counter() - begun)


def hooked(url: str, first: int) -> int:
    """Add a webhook and seal entries for it; return its id."""
    event = AuthEvent(Action.SETTINGS_CHANGE, Outcome.SUCCESS, Subject("adam", 7), Client())
    public_id = add_webhook(WantedWebhook("bench", url, f"user:alice{first}", "json"), event, uuid4())
    store([entry(first + number, f"alice{first}", occurred_at=now()) for number in range(DELIVERIES)])
    seal_all()
    webhook_id = db.session.scalars(select(Webhook.id).where(Webhook.public_id == public_id)).one()
    db.session.rollback()
    return webhook_id


def all_delivered() -> bool:
    """Whether nothing failed and nothing waits."""
    states = set(db.session.scalars(select(WebhookDelivery.state).distinct()))
    db.session.rollback()
    return states == {DeliveryState.DELIVERED}


def posted(url: str) -> None:
    """Send as many bodies as plain requests."""
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=HELPERS_EACH + 1))
    with ThreadPoolExecutor(HELPERS_EACH + 1) as threads:
        send = partial(session.post, url, data=BODY, headers={"webhook-id": "x"}, timeout=15)
        list(threads.map(lambda _: send(), range(DELIVERIES)))


def webhooks() -> None:
    """Measure both and print the table."""
    found, firsts = [], count(1, DELIVERIES)
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder, slow_receiver() as url:
        address = migrate(f"sqlite:///{Path(folder) / 'bench.db'}")
        with running(address, webhook_allow_private=True):
            for _ in range(HOOK_ROUNDS):
                ours = deliveries_a_second(partial(deliver_due, hooked(url, next(firsts))))
                assert all_delivered()
                found.append((ours, deliveries_a_second(partial(posted, url))))
    ours, rival = (statistics.median(rates) for rates in zip(*found, strict=True))
    ratio = statistics.median(mine / theirs for mine, theirs in found)
    row = (
        "webhooks",
        "requests, 8 threads",
        f"{ours:,.0f}",
        f"{rival:,.0f}",
        f"{ratio:.2f}",
        f"{HOOKS_WANTED}/s",
    )
    table("deliveries a second", ("ours", "rival", "ours/s", "rival/s", "ratio", "wanted"), [row])
