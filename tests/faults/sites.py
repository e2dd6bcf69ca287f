"""Stages on MariaDB and on SQLite."""

import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pymysql
from argon2 import PasswordHasher
from sqlalchemy import make_url

from models import Role
from tests.faults import disks
from tests.faults.crowd import AUDITOR, ONLOOKER, PEOPLE, WATCHERS
from tests.faults.stage import Stage
from tests.support.actions import PASSWORD, make_user
from tests.support.app import migrate, running
from tests.support.servers import mariadb, redis
from tests.support.servers.gatehouse import ROOT, Site, environment
from tests.support.servers.process import Server, free_port
from tests.support.servers.proxy import Proxy

#: A commit outlives the server, and one with a binary log waits for room on a full disk.
DURABLE = ("--innodb-flush-log-at-trx-commit=1", "--log-bin=bin", "--server-id=1")


@contextmanager
def on_mariadb(folder: Path, rng: random.Random) -> Iterator[Stage]:
    """Two workers on MariaDB, behind a proxy, and Redis."""
    queue, redis_url = redis.prepared(folder)
    with ExitStack() as stack:
        disk = _disk(stack, folder / "disk")
        database, server = mariadb.prepared(disk or folder, *DURABLE)
        stack.enter_context(database)
        stack.enter_context(queue)
        url = _account(migrate(mariadb.create_database(server, "gatehouse")))
        proxy = stack.enter_context(Proxy(make_url(url).port or 0))
        proxied = make_url(url).set(port=proxy.port).render_as_string(hide_password=False)
        stage = stack.enter_context(_staged(folder, url, proxied, rng, "--workers", "2", redis_url=redis_url))
        stage.database, stage.redis, stage.proxy, stage.disk = database, queue, proxy, disk
        yield stage


@contextmanager
def on_sqlite(folder: Path, rng: random.Random, database: Path, **settings: object) -> Iterator[Stage]:
    """One worker on a SQLite file."""
    url = migrate(f"sqlite:///{database}")
    with _staged(folder, url, url, rng, **settings) as stage:
        yield stage


@contextmanager
def _staged(
    folder: Path, url: str, served: str, rng: random.Random, *arguments: str, **settings: object
) -> Iterator[Stage]:
    """Serve ``served`` with faults planted; ``url`` is the same database, reached safely."""
    faults = folder / "faults"
    faults.mkdir()
    people(url)
    port, given = free_port(), _settings(folder) | settings
    env = environment(served, **given) | {"PYTHONPATH": str(ROOT), "FAULTS": str(faults)}
    command = [sys.executable, "-m", "tests.faults.launch", "serve", "--port", str(port), *arguments]
    site = Site(f"http://127.0.0.1:{port}")
    with Server(command, site.is_up, folder / "gatehouse.log", env, cwd=folder) as server:
        yield Stage(folder, url, site.url, server, rng, Path(str(given["spool"])))


def _settings(folder: Path) -> dict[str, object]:
    """Return settings for a crowd from many addresses, and for viewers who stay for long."""
    own = {"spool": folder / "attempts.jsonl", "checkpoint_dir": folder / "checkpoints"}
    return own | {"trusted_proxies": 1, "max_viewers": 400, "session_idle": "12h", "retention": "730d"}


def people(url: str) -> None:
    """Store those who sign in; their passwords are quick to check."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with running(url):
        for name in PEOPLE:
            make_user(name, password_hash=quick)
        for name in (*WATCHERS, ONLOOKER):
            make_user(name, Role.VIEWER, password_hash=quick)
        make_user(AUDITOR, Role.AUDITOR, password_hash=quick)


def _disk(stack: ExitStack, path: Path) -> Path | None:
    """Return a disk that may be filled, where one is to be had."""
    try:
        return stack.enter_context(disks.mounted(path, "512m"))
    except disks.NoDisk:
        return None


def _account(url: str) -> str:
    """Return the address with an account that obeys ``read_only``, as root does not."""
    address = make_url(url)
    with pymysql.connect(host=address.host, port=address.port, user="root") as connection:
        connection.cursor().execute(f"GRANT ALL ON `{address.database}`.* TO gate@'%' IDENTIFIED BY 'gate'")
    return address.set(username="gate", password="gate").render_as_string(hide_password=False)
