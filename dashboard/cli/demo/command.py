"""``demo``: a throw-away site with a past, and people signing in."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import click
import requests

from dashboard.config.settings import PREFIX, ROOT

Child = subprocess.Popen[bytes]
#: Seconds that a child has to end, and that the server has to begin.
STOP_TIMEOUT, START_TIMEOUT = 6, 30


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, envvar=f"{PREFIX}PORT"
)
@click.option(
    "--rows", type=click.IntRange(1), default=10_000, show_default=True, help="Entries of the past."
)
def demo(port: int, rows: int) -> None:
    """Show a site with 90 days of history and sign-ins arriving live; Ctrl-C removes it."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with TemporaryDirectory(prefix="gatehouse-demo-") as folder:
            _show(Site(Path(folder)), port, rows)
    except KeyboardInterrupt:
        click.echo("The demo is over; nothing of it is left.")


class Site:
    """Our own commands, run on a database in ``folder`` whatever is configured elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        self._environment = own | {
            "GATEHOUSE_DATABASE_URL": f"sqlite:///{folder / 'gatehouse.db'}",
            "GATEHOUSE_SECRET_KEY": secrets.token_urlsafe(48),
            "GATEHOUSE_CHECKPOINT_DIR": str(folder / "checkpoints"),
            "GATEHOUSE_CHECKPOINT_KEY": str(folder / "checkpoint_key"),
            "GATEHOUSE_SPOOL": str(folder / "spool.jsonl"),
            "GATEHOUSE_TRUSTED_PROXIES": "1",  # so that the simulated people have addresses
        }

    def begin(self, *command: str) -> Child:
        """Start a command; ``folder`` holds no ``.env``."""
        line = [sys.executable, str(ROOT / "manage.py"), *command]
        return subprocess.Popen(line, cwd=self._folder, env=self._environment, stdin=subprocess.PIPE)  # noqa: S603

    def run(self, *command: str, given: str = "") -> None:
        """Run a command to its end; its own error line is enough when it fails."""
        with _ending(self.begin(*command)) as child:
            child.communicate(given.encode())
            if child.returncode:
                raise click.exceptions.Exit(child.returncode)


def _show(site: Site, port: int, rows: int) -> None:
    password = secrets.token_urlsafe(9)
    site.run("db", "upgrade")
    site.run("seed", "--rows", str(rows))
    site.run("create-admin", "admin", "--password-stdin", given=password)
    url = f"http://127.0.0.1:{port}"
    with _ending(site.begin("serve", "--port", str(port))) as server:
        _await(url, server)
        with _ending(site.begin("simulate", "--rate", "1", "--seconds", "0", "--forwarded", "--url", url)):
            click.echo(f"\n  Open {url}/admin/live/ and sign in as admin, password {password}\n")
            server.wait()


def _await(url: str, server: Child) -> None:
    """Wait until the server answers; raise when it ended instead."""
    for _ in range(START_TIMEOUT * 10):
        if server.poll() is not None:
            raise click.exceptions.Exit(server.returncode or 1)
        try:
            requests.get(f"{url}/healthz", timeout=1)
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise click.ClickException(f"the server did not answer within {START_TIMEOUT} seconds")


@contextmanager
def _ending(child: Child) -> Iterator[Child]:
    """Make sure that ``child`` has ended, by force if need be."""
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
