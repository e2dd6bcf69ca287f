"""In the background: see which endpoints have something due, and have each served by a thread of its own.

So an endpoint that is slow or hangs holds up no other, and endpoints come and go while the site runs.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from time import monotonic

from flask import Flask, current_app
from sqlalchemy import exists, select

from dashboard.background.schedule import after_seal, at_intervals
from dashboard.config.settings import Settings
from dashboard.followers import cursor
from dashboard.followers.follow import LONGEST_PAUSE, LOOK, REST, trace_of
from dashboard.followers.lease import is_free
from dashboard.followers.webhooks.forgetting import FORGETTING_EVERY, forget_deliveries
from dashboard.followers.webhooks.outbox import follower_name
from dashboard.followers.webhooks.retries import is_due, is_resting
from dashboard.followers.webhooks.run import deliver_due
from dashboard.log.head import read_head
from models import Follower, Webhook, WebhookDelivery, db, write_transaction
from models.clock import now
from models.database.limits import Purpose, used_for

logger = logging.getLogger(__name__)


class Endpoints:
    """The endpoints that are served now in this process, and those that failed in a way that is ours."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._served: set[int] = set()
        self._failures: dict[int, int] = {}
        self._rests_until: dict[int, float] = {}

    def serve_all(self) -> None:
        """Start a thread for each endpoint that has something due, unless it is served or rests."""
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        for webhook_id in due_endpoints():
            if self._begin(webhook_id):
                work = partial(self._serve, app, webhook_id)
                threading.Thread(target=work, name=follower_name(webhook_id), daemon=True).start()

    def _begin(self, webhook_id: int) -> bool:
        with self._lock:
            if webhook_id in self._served or monotonic() < self._rests_until.get(webhook_id, 0):
                return False
            self._served.add(webhook_id)
            return True

    def _serve(self, app: Flask, webhook_id: int) -> None:
        with app.app_context(), used_for(Purpose.BACKGROUND):
            try:
                deliver_due(webhook_id)
                self._succeed(webhook_id)
            except Exception as error:
                self._fail(webhook_id, error)
            finally:
                with self._lock:
                    self._served.discard(webhook_id)

    def _succeed(self, webhook_id: int) -> None:
        if self._failures.pop(webhook_id, 0):
            logger.warning("%s goes on", follower_name(webhook_id))

    def _fail(self, webhook_id: int, error: Exception) -> None:
        """Tell the first of a row of failures, and rest longer after each."""
        name, count = follower_name(webhook_id), self._failures.get(webhook_id, 0)
        if not count:
            logger.error("%s does not go on", name, exc_info=error)
        self._failures[webhook_id] = count + 1
        self._rests_until[webhook_id] = monotonic() + min(2.0 ** min(count, 16), LONGEST_PAUSE)
        with suppress(Exception):
            write_transaction(partial(cursor.fail, name=name, error=trace_of(error)))


def init_app(app: Flask, settings: Settings) -> None:
    """Have entries delivered, and deliveries forgotten after some time."""
    after_seal(app, "webhooks", Endpoints().serve_all, every=LOOK, rest=REST, backoff=LONGEST_PAUSE)
    forget = partial(forget_deliveries, settings)
    at_intervals(app, "deliveries", forget, every=FORGETTING_EVERY)


def due_endpoints() -> list[int]:
    """Return the endpoints for which this process has something to do; takes no lock."""
    found = list(_due())
    db.session.rollback()
    return found


def _due() -> Iterator[int]:
    moment, head = now(), read_head(db.session())
    waits = (WebhookDelivery.webhook_id == Webhook.id) & is_due(moment)
    enabled = select(Webhook.id, Webhook.rests_until, exists().where(waits)).where(
        Webhook.disabled_at.is_(None)
    )
    for webhook_id, rests_until, is_waiting in db.session.execute(enabled).all():
        row = db.session.get(Follower, follower_name(webhook_id), populate_existing=True)
        if row is None or row.paused_at is not None or not is_free(row, moment):
            continue
        may_try = is_waiting and not is_resting(rests_until, moment)
        if row.epoch != head.epoch or row.cursor != head.seq or may_try:
            yield webhook_id
