"""What an installation makes for itself and keeps in ``instance/``, readable by its owner only."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def make_folder(path: Path) -> None:
    """Make the folder, unless it is there; raises ``OSError`` when it cannot be had."""
    path.mkdir(mode=0o700, exist_ok=True)


def kept_key(path: Path) -> str:
    """Return the key kept in ``path``, made on first use; raises ``OSError``."""
    make_folder(path.parent)
    if not path.exists():
        _make_key(path)
    return path.read_text()


def _make_key(path: Path) -> None:
    """Make the file whole or not at all: another process may read it at once."""
    with NamedTemporaryFile("w", dir=path.parent) as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        with suppress(FileExistsError):
            os.link(file.name, path)
