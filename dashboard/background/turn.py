"""Whose turn it is to do what one process at a time does, on whichever machine.

A turn is a name and an end in a row of the database; who takes it locks the row.
"""

import os
import secrets
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path


def new_holder() -> str:
    """Return a name for who takes a turn, ``machine pid random``: no other process has or had it."""
    return f"{_machine()} {os.getpid()} {secrets.token_hex(4)}"


def has_ended(holder: str | None, until: datetime | None, length: timedelta, moment: datetime) -> bool:
    """Whether a turn of ``length`` is nobody's now: it ended, or who has it does not live any more."""
    if holder is None or until is None:
        return True
    is_past = not moment <= until <= moment + length  # later: by a clock that was wrong
    return is_past or _is_gone(str(holder))


def _machine() -> str:
    """Return what names the machine, and on it the container whose process numbers count."""
    space = ""
    with suppress(OSError):
        space = str(Path("/proc/self/ns/pid").stat().st_ino)
    return f"{socket.gethostname()[:24]}/{space}".replace(" ", "")


def _is_gone(holder: str) -> bool:
    """Whether the holder was a process of this machine that has ended."""
    machine, _, rest = holder.partition(" ")
    pid = rest.partition(" ")[0]
    if machine != _machine() or not (pid.isascii() and pid.isdecimal()):
        return False
    try:
        os.kill(int(pid), 0)
    except (OSError, OverflowError) as error:  # others say that it lives, as somebody else, or is no number
        return isinstance(error, ProcessLookupError)
    return False
