"""The server of `bench.live`: Gatehouse itself, and a thread in it that records entries.

``python -m bench.live_site FOLDER PORT RATE SECONDS WAY``: once 200 viewers are there, RATE
entries a second are recorded for SECONDS. WAY is ``feed`` (recorded, sealed, pulled) or
``emit`` (recorded, and broadcast whole as it is committed: the rival).
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from auth.events import AuthEvent, Client, Subject
from dashboard.app import create_app
from dashboard.cli import checks
from dashboard.cli.server.server import Server
from dashboard.config.settings import Settings, load_settings
from dashboard.export.fields import as_fields
from dashboard.live import handshake
from dashboard.live.feed import NAMESPACE
from dashboard.log.recorder import record
from models import Action, LoginLog, Outcome, db, write_transaction

VIEWERS = 200
#: Seconds between two transactions; each records what the rate owes by then.
TICK = 0.05


def event() -> AuthEvent:
    """Return a sign-in of somebody who has no account."""
    place = Client(
        ip="203.0.113.7", user_agent="Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
    )
    return AuthEvent(action=Action.LOGIN, outcome=Outcome.FAILURE, subject=Subject("visitor"), client=place)


def recorded(events: list[AuthEvent]) -> None:
    """Record some entries in one transaction."""

    def work(session: Session) -> None:
        for one in events:
            record(session, one)

    write_transaction(work)


def broadcast(app: Flask, events: list[AuthEvent]) -> None:
    """Record entries and emit each to everybody."""
    recorded(events)
    ids = [one.event_id for one in events]
    for row in db.session.scalars(select(LoginLog).where(LoginLog.event_id.in_(ids))):
        app.extensions["socketio"].emit("entry", as_fields(row), namespace=NAMESPACE)
    db.session.rollback()


def write(app: Flask, folder: Path, rate: float, seconds: float, way: Callable[..., None]) -> None:
    """Wait for the viewers, record, and note when each entry was committed."""
    server = app.extensions["socketio"].server
    while len(list(server.manager.get_participants(NAMESPACE, None))) < VIEWERS:
        time.sleep(0.1)
    time.sleep(2)
    committed: dict[str, float] = {}
    begin, done = time.time(), 0
    with app.app_context():
        while (elapsed := time.time() - begin) < seconds:
            events = [event() for _ in range(int(elapsed * rate) - done)]
            if events:
                way(events)
                done += len(events)
                committed |= dict.fromkeys((str(one.event_id) for one in events), time.time())
            time.sleep(TICK)
    (folder / "committed.json").write_text(json.dumps(committed))


def build(settings: Settings, folder: Path, rate: float, seconds: float, way: str) -> Flask:
    """Return the app, with its writer started."""
    app = create_app(settings)
    if way == "emit":
        app.extensions["socketio"].server.namespace_handlers[NAMESPACE].announce = lambda: None
    work: Any = partial(broadcast, app) if way == "emit" else recorded
    threading.Thread(target=write, args=(app, folder, rate, seconds, work), daemon=True).start()
    return app


def main() -> None:
    """Serve until told to stop."""
    folder, port, rate, seconds, way = sys.argv[1:]
    settings = load_settings(_env_file=None, port=int(port), max_viewers=VIEWERS + 20)
    handshake.SEATS_PER_PERSON = settings.max_viewers  # one person watches them all
    listener = checks.listener(settings.host, settings.port)
    make = partial(build, settings, Path(folder), float(rate), float(seconds), way)
    Server(make, settings, listener.detach(), 1).run()


if __name__ == "__main__":
    main()
