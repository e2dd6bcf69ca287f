"""States that a stage's database and Redis can be in, and come back from."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import pymysql
from sqlalchemy import make_url

from tests.faults.disks import full
from tests.faults.stage import Stage

Outage = Callable[[Stage], AbstractContextManager[None]]


@contextmanager
def database_dead(stage: Stage) -> Iterator[None]:
    """MariaDB was killed; it starts again."""
    stage.database.kill()
    try:
        yield
    finally:
        stage.database.start()


@contextmanager
def database_unreachable(stage: Stage) -> Iterator[None]:
    """Every connection to MariaDB is cut and no new one is to be had."""
    stage.proxy.vanish()
    try:
        yield
    finally:
        stage.proxy.is_away = False


@contextmanager
def database_read_only(stage: Stage) -> Iterator[None]:
    """MariaDB takes no writes."""
    _as_root(stage, "SET GLOBAL read_only = 1")
    try:
        yield
    finally:
        _as_root(stage, "SET GLOBAL read_only = 0")


@contextmanager
def database_deaf(stage: Stage) -> Iterator[None]:
    """MariaDB hears everything but COMMIT."""
    stage.proxy.cut_commits(10**6, "before")
    try:
        yield
    finally:
        stage.proxy.cut_commits(0, "before")


@contextmanager
def database_frozen(stage: Stage) -> Iterator[None]:
    """MariaDB takes connections and answers nothing."""
    stage.database.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        stage.database.process.send_signal(signal.SIGCONT)


@contextmanager
def database_locked(stage: Stage) -> Iterator[None]:
    """A backup keeps everybody from writing."""
    with closing(_root(stage)) as backup:
        backup.cursor().execute("FLUSH TABLES WITH READ LOCK")
        yield


@contextmanager
def database_disk_full(stage: Stage) -> Iterator[None]:
    """There is no room for MariaDB's binary log; it looks for some once a minute, unless it starts anew."""
    assert stage.disk
    with full(stage.disk):
        yield
    if stage.is_long:
        _as_root(stage, "FLUSH BINARY LOGS")  # it is torn: a crash would take back what was committed since
    else:
        stage.database.kill()
        stage.database.start()


@contextmanager
def clock_ahead(stage: Stage, days: int) -> Iterator[None]:
    """The clocks of the site and of its database are ahead."""
    seconds = days * 86_400
    clock = stage.arm("clock")
    try:
        _as_root(stage, f"SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() + {seconds}'")
        clock.write_text(str(-seconds))
        stage.proxy.cut_all()
        yield
    finally:
        clock.unlink()
        _as_root(stage, "SET GLOBAL init_connect = ''")
        stage.proxy.cut_all()


def change_password(stage: Stage) -> None:
    """Give the site's account a new password, which the site uses from its next start on."""
    fresh = f"{stage.rng.getrandbits(64):x}"
    _as_root(stage, f"ALTER USER gate@'%' IDENTIFIED BY '{fresh}'")
    address = make_url(stage.database_url).set(password=fresh)
    stage.database_url = address.render_as_string(hide_password=False)
    served = address.set(host=stage.rng.choice(["127.0.0.1", "localhost"]), port=stage.proxy.port)
    stage.site.change("GATEHOUSE_DATABASE_URL", served.render_as_string(hide_password=False))


#: Every way in which nothing can be recorded.
OUTAGES: list[Outage] = [
    database_dead,
    database_unreachable,
    database_read_only,
    database_deaf,
    database_frozen,
    database_locked,
]


@contextmanager
def redis_dead(stage: Stage) -> Iterator[None]:
    """Redis was killed; it starts again, empty."""
    stage.redis.kill()
    try:
        yield
    finally:
        stage.redis.start()


@contextmanager
def redis_frozen(stage: Stage) -> Iterator[None]:
    """Redis takes connections and answers nothing."""
    stage.redis.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        stage.redis.process.send_signal(signal.SIGCONT)


def _as_root(stage: Stage, statement: str) -> None:
    with closing(_root(stage)) as connection:
        connection.cursor().execute(statement)


def _root(stage: Stage) -> pymysql.Connection:
    port = make_url(stage.database_url).port or 0
    return pymysql.connect(host="127.0.0.1", port=port, user="root")
