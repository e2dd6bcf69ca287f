"""Gatehouse itself, as the operator runs it."""

import atexit
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import requests

from tests.support.servers.process import Server, free_port

ROOT = Path(__file__).resolve().parents[3]
SECRET = "a secret of thirty-two bytes or more"
#: Folders for keys and checkpoints, that of the present test last: logs are emptied between tests.
FOLDERS = [Path(mkdtemp(prefix="gatehouse-keys-"))]
atexit.register(rmtree, FOLDERS[0], ignore_errors=True)


def environment(database_url: str, **settings: object) -> dict[str, str]:
    """Return the environment of a command: no variable of ours but those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATEHOUSE_")}
    given = {"database_url": database_url, "secret_key": SECRET, **keys(), **settings}
    return inherited | {f"GATEHOUSE_{name.upper()}": str(value) for name, value in given.items()}


def manage(*arguments: str) -> list[str]:
    """Return the command line of a management command."""
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def keys() -> dict[str, Path]:
    """Return where servers and commands of the present test keep what proves their log."""
    folder = FOLDERS[-1]
    return {"checkpoint_dir": folder / "checkpoints", "checkpoint_key": folder / "checkpoint_key"}


@contextmanager
def serving(database_url: str, folder: Path, *arguments: str, **settings: object) -> Iterator["Site"]:
    """Run ``manage.py serve`` on a migrated database."""
    port = free_port()
    site = Site(f"http://127.0.0.1:{port}")
    command = manage("serve", "--port", str(port), *arguments)
    env = environment(database_url, **{"spool": folder / "attempts.jsonl"} | settings)
    with Server(command, site.is_up, folder / "gatehouse.log", env, cwd=folder) as server:
        site.server = server
        yield site


class Site:
    """A running Gatehouse at ``url``."""

    server: Server

    def __init__(self, url: str) -> None:
        self.url = url

    def is_up(self) -> bool:
        """Whether it answers."""
        return requests.get(f"{self.url}/healthz", timeout=5).ok
