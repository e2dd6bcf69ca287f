"""Where a command writes what it makes: stdout, a pipe or device, or a file that is whole or not there."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from dashboard.web.atomic_file import replacing

STDOUT = "-"


@contextmanager
def destination(output: str) -> Iterator[BinaryIO]:
    """Open what ``output`` names; raises ``OSError`` with its name when it takes no more, as a full disk."""
    try:
        with _stdout() if output == STDOUT else _named(Path(output).resolve()) as file:
            yield file
    except OSError as error:
        if error.filename is not None or error.strerror is None:
            raise
        raise OSError(error.errno, error.strerror, "stdout" if output == STDOUT else output) from error


@contextmanager
def _stdout() -> Iterator[BinaryIO]:
    try:
        yield sys.stdout.buffer
    except OSError:
        with suppress(OSError):  # no file in tests
            os.dup2(
                os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
            )  # else tried again at exit, and told
        raise


@contextmanager
def _named(path: Path) -> Iterator[BinaryIO]:
    """Open a pipe or device, else a file beside ``path`` that takes its name once it is complete."""
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    with replacing(path, 0o600) as file:
        yield file
