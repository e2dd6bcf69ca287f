"""``serve``: check that the site can run, then run it."""

import logging
from collections.abc import Callable
from functools import partial

import click
from flask import Flask
from flask.cli import ScriptInfo, pass_script_info

from dashboard.cli import checks
from dashboard.cli.server import sharing
from dashboard.cli.server.server import Server
from dashboard.cli.server.start_line import tell_settings
from dashboard.config.settings import Settings, load_settings
from dashboard.monitoring.metrics.folder import metrics_folder
from dashboard.web import server_log
from models import db

logger = logging.getLogger(__name__)


@click.command()
@click.option("--host", help="Address to listen on (default: GATEHOUSE_HOST or 127.0.0.1).")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port, 0 for any free one (default: GATEHOUSE_PORT or 8000).",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, help="Processes; more than one needs Redis."
)
@pass_script_info
def serve(info: ScriptInfo, host: str | None, port: int | None, workers: int) -> None:
    """Serve the site until SIGTERM or Ctrl-C."""
    settings = load_settings(**{"host": host} if host else {})
    if workers > 1 and settings.redis_url is None:
        raise click.UsageError("more than one worker needs Redis: set GATEHOUSE_REDIS_URL")
    with checks.listener(settings.host, settings.port if port is None else port) as listener:
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        build = _builder(info, settings)
        server_log.init_app()
        server_log.to_stderr(settings.log_format)
        _check(build)
        tell_settings(settings)
        if warning := sharing.share(settings.database):
            logger.warning("%s", warning)
        click.echo(f"Gatehouse serves on {_address(settings)}{_public(settings)} (Ctrl-C stops it)")
        with metrics_folder() as folder:
            Server(build, settings, listener.detach(), workers, folder).run()


def _builder(info: ScriptInfo, settings: Settings) -> Callable[[], Flask]:
    """Return what builds the app with these settings; each worker does so after the fork."""
    if info.create_app is None:
        raise click.UsageError("no application to serve")
    return partial(info.create_app, settings)


def _check(build: Callable[[], Flask]) -> None:
    """Build the app once here, so that what is wrong with it or its database is said at once."""
    with build().app_context():
        try:
            checks.ready()
        finally:
            db.session.remove()
            db.engine.dispose()  # a connection must not be shared across the fork


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _public(settings: Settings) -> str:
    return f", known as {settings.public_url}" if settings.public_url else ""
