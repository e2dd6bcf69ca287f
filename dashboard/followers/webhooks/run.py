"""Send to one endpoint until nothing is due, several deliveries at a time."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic

from flask import current_app

from auth.events import AuthEvent
from dashboard.followers.webhooks.outbox import DueBatch, take_due
from dashboard.followers.webhooks.sending.sender import Sender
from dashboard.followers.webhooks.settle import Result, write_results
from dashboard.web.stopping import is_stopping
from models import Action, LoginLog, WebhookDelivery, write_transaction

#: Threads that help at one endpoint, and in all: each endpoint has one of its own besides.
HELPERS_EACH, HELPERS = 7, 16
#: Seconds after which no further delivery of a batch is begun: its turn must last for all.
BATCH_SECONDS = 2.0
_helpers = threading.BoundedSemaphore(HELPERS)
#: Transactions of all endpoints at once: others need connections, too.
_transactions = threading.BoundedSemaphore(4)
Due = tuple[WebhookDelivery, LoginLog | None]


def deliver_due(webhook_id: int) -> None:
    """Read the log on and send what is due, until there is nothing; raises what the database raises."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    sender: Sender | None = None
    try:
        while not is_stopping(app):
            batch = _take(webhook_id)
            if batch is None or not (batch.due or batch.moved):
                return
            sender = _sender_for(batch, sender)
            _settle(webhook_id, _sent(batch.due, sender))
    finally:
        if sender:
            sender.close()


def _take(webhook_id: int) -> DueBatch | None:
    with _transactions:
        return write_transaction(partial(take_due, webhook_id=webhook_id))


def _settle(webhook_id: int, results: Sequence[Result]) -> None:
    if results:
        event = AuthEvent.of_site(Action.SETTINGS_CHANGE)
        with _transactions:
            write_transaction(partial(write_results, webhook_id=webhook_id, results=results, event=event))


def _sender_for(batch: DueBatch, former: Sender | None) -> Sender:
    """Return what sends, with the connections of before while the endpoint is the same."""
    if former is not None:
        if former.is_for(batch.webhook):
            return former
        former.close()
    return Sender(batch.webhook)


def _sent(due: Sequence[Due], sender: Sender) -> list[Result]:
    """Send in this thread and in those that are free to help; return what came of each that was begun."""
    waiting, results, until = deque(due), list[Result](), monotonic() + BATCH_SECONDS

    def work() -> None:
        while waiting and monotonic() < until:
            try:
                delivery, entry = waiting.popleft()
            except IndexError:
                return
            results.append(Result(delivery.id, sender.send_entry(entry)))

    helpers = [_start_helper(work) for _ in range(min(HELPERS_EACH, len(due) - 1))]
    work()
    for helper in helpers:
        if helper:
            helper.join()
    return results


def _start_helper(work: Callable[[], None]) -> threading.Thread | None:
    """Have ``work`` done in another thread, if one may help."""
    if not _helpers.acquire(blocking=False):
        return None

    def run() -> None:
        try:
            work()
        finally:
            _helpers.release()

    thread = threading.Thread(target=run, name="webhook helper", daemon=True)
    thread.start()
    return thread
