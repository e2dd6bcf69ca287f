"""Processes that write the text log and are killed at one moment of it.

``python -m tests.dashboard.followers.text_log.dying`` reads ``[DATABASE, FILE, MOMENT]``, a line each, in
JSON, makes a process for it and says how that ended.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import current_app

from dashboard.followers import cursor
from dashboard.followers.follow import Consequence, catch_up
from dashboard.followers.text_log import file
from dashboard.followers.text_log.follower import text_log
from tests.support.app import running

BATCH = 3


def die(*_: object, **__: object) -> Any:
    """End as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def half(handle: int, data: bytes) -> int:
    """Write half of it and die: in the middle of a line."""
    write(handle, bytes(data)[: len(data) // 2 + 1])
    return int(die())


def late(work: Callable[..., Any], times: int = 1) -> Callable[..., Any]:
    """Do the work so many times, and die then."""
    left = [times]

    def dying(*args: object, **named: object) -> Any:
        if not left[0]:
            return die()
        left[0] -= 1
        return work(*args, **named)

    return dying


def then_die(work: Callable[..., Any]) -> Callable[..., Any]:
    """Do the work once and die."""
    return lambda *args, **named: die(work(*args, **named))


write, fsync = os.write, os.fsync
#: Each moment: whose attribute is what from now on.
MOMENTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "before the turn": (cursor, "claim", die),
    "with the turn": (cursor, "entries_after", die),
    "with the file open": (file, "write_all", die),
    "half-way": (os, "write", half),
    "before the flush": (os, "fsync", die),
    "after the flush": (os, "fsync", then_die(fsync)),
    "before the cursor": (cursor, "advance", die),
    "before the commit": (cursor, "advance", then_die(cursor.advance)),
    "after the cursor": (cursor, "due", late(cursor.due)),
    "half-way in the second batch": (os, "write", late(write)),
    "before the second cursor": (cursor, "advance", late(cursor.advance)),
}


def follower(path: Path) -> Consequence:
    """Return the text log in a file, in small batches."""
    return replace(text_log(path, current_app.config["SETTINGS"]).consequence(), batch=BATCH)


def write_until(database: str, path: str, moment: str) -> None:
    """Write the log until the moment comes."""
    owner, name, dying = MOMENTS[moment]
    setattr(owner, name, dying)
    with running(database):
        catch_up(follower(Path(path)))


def main() -> None:
    """Make a process for each line."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                write_until(*json.loads(line))
            finally:
                os._exit(1)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
