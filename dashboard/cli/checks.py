"""What must hold before the site can be served; each check says how things stand."""

import errno
import socket
from pathlib import Path

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from redis import Redis, RedisError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dashboard.config.settings import Settings
from dashboard.log.authentic.secret import ForeignSecret, settle_secret
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.verify.schema import check_schema
from models import db, zones
from models.database.base import is_sqlite

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Bad(click.ClickException):
    """Something is not as it must be; the text says what to do about it."""


def database() -> str:
    """Return the address of the database, which answers; raises ``Bad`` when it does not."""
    address = db.engine.url.render_as_string(hide_password=True)
    if is_sqlite(db.engine.url) and not Path(str(db.engine.url.database)).exists():  # asking would make it
        raise Bad(f"there is no {address}: see GATEHOUSE_DATABASE_URL, or run `python manage.py db upgrade`")
    try:
        db.session.execute(text("SELECT 1"))
    except DBAPIError as error:
        reason = error.orig.args[-1] if error.orig and error.orig.args else error
        raise Bad(f"{address} does not answer: {reason}; check GATEHOUSE_DATABASE_URL") from None
    return address


def migrations() -> str:
    """Return the revision of the schema; raises ``Bad`` unless it is the newest."""
    present = revision()
    if present != _newest():
        raise Bad("the database is not migrated: run `python manage.py db upgrade`")
    return present


def revision() -> str:
    """Return the revision of the schema, empty before the first.

    Raises ``Bad`` when it is none of ours: then a newer Gatehouse made it.
    """
    present = set(MigrationContext.configure(db.session.connection()).get_current_heads())
    db.session.rollback()  # a migration may want what this read
    known = {script.revision for script in _scripts().walk_revisions()}
    if not present <= known:
        newer = ", ".join(sorted(present - known))
        raise Bad(f"the database is of a newer Gatehouse (revision {newer}): run that one")
    return ", ".join(sorted(present))


def _newest() -> str:
    return ", ".join(sorted(_scripts().get_heads()))


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())


def schema() -> str:
    """Say that the database holds what migrations made and acts by nothing else; raises ``Broken``."""
    with db.engine.connect() as connection:
        check_schema(connection)
    return "as migrations made it"


def redis(settings: Settings) -> str:
    """Say whether Redis answers; one worker needs none."""
    if settings.redis_url is None:
        return "none; needed by more than one worker"
    try:
        with Redis.from_url(settings.redis_url, socket_timeout=3, socket_connect_timeout=3) as client:
            client.ping()
    except (RedisError, ValueError) as error:
        raise Bad(f"no answer ({error}); check GATEHOUSE_REDIS_URL") from None
    return "answers"


def time_zones() -> str:
    """Return which rules of time zones are used; raises ``Bad`` when they cannot be read."""
    if not zones.zone_names():
        raise Bad("the package tzdata holds no zones: install requirements.txt again")
    return f"{len(zones.zone_names())}, by tzdata {zones.RULES}"


def proxy(settings: Settings) -> str:
    """Say whose addresses the book will show; raises ``Bad`` when the settings contradict each other."""
    if settings.is_secure and not settings.trusted_proxies:
        raise Bad(
            "https needs a proxy in front, set GATEHOUSE_TRUSTED_PROXIES=1, else it is taken for every client"
        )
    if settings.host not in LOOPBACK and settings.public_url is None:
        raise Bad(f"{settings.host} is open to others: set GATEHOUSE_PUBLIC_URL to the address they use")
    if settings.trusted_proxies:
        return f"{settings.trusted_proxies} trusted in front of {settings.address}"
    open_to = "this machine" if settings.host in LOOPBACK else "its network"
    return f"none in front of {settings.address}, open to {open_to}; needed for https and the internet"


def ready() -> None:
    """Raise ``Bad`` unless the database answers, is migrated, and its log knows our SECRET_KEY.

    Raises ``Broken`` when the database was made to name another.
    """
    migrated()
    Store.of(current_app.config["SETTINGS"]).check_secret()
    try:
        settle_secret()
    except ForeignSecret as error:
        raise Bad(str(error)) from None


def migrated() -> None:
    """Raise ``Bad`` unless the database answers and is migrated."""
    database()
    migrations()


def listener(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes any free one. Raises ``Bad`` when it cannot be had."""
    try:
        family, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had: {error.strerror}"
        raise Bad(f"{host} port {port} {reason}; choose another with --port or GATEHOUSE_PORT") from None
