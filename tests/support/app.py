"""The app in this process, without the threads of a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import flask_migrate
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from dashboard.app import create_app
from dashboard.config.settings import load_settings
from models import db
from models.database.limits import Purpose, used_for
from tests.support.actions import Browser
from tests.support.servers.gatehouse import SECRET


def build(database_url: str, **settings: object) -> Flask:
    """Return an app that reads no ``.env`` file."""
    return create_app(load_settings(_env_file=None, database_url=database_url, secret_key=SECRET, **settings))


class TemplateCache(BytecodeCache):
    """Compiles each template once in a run, not once an app."""

    compiled: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the template from memory, if it is there."""
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the template."""
        self.compiled[bucket.key] = bucket.bytecode_to_string()


@contextmanager
def running(database_url: str, **settings: object) -> Iterator[Flask]:
    """Enter the context of an app; no background thread runs."""
    app = build(database_url, **settings)
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = TemplateCache()
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def migrate(database_url: str) -> str:
    """Bring a database to the newest revision."""
    with running(database_url), used_for(Purpose.MIGRATIONS):
        flask_migrate.upgrade()
    return database_url
