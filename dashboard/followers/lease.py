"""One process at a time delivers for a follower, on whichever machine; a dead one is not waited for."""

import os
import secrets
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from models.following.follower import Follower

#: How long a turn lasts; a delivery that takes longer renews it.
LEASE = timedelta(seconds=30)


def is_free(row: Follower, moment: datetime) -> bool:
    """Whether this process may deliver: it has the turn, or nobody has, or who has it is gone."""
    if row.holder in (None, this_process()) or row.held_until is None:
        return True
    is_over = not moment <= row.held_until <= moment + LEASE  # later: by a clock that was wrong
    return is_over or _is_gone(str(row.holder))


def hold(row: Follower, moment: datetime) -> None:
    """Take the turn, or keep it."""
    row.holder, row.held_until = this_process(), moment + LEASE


def this_process() -> str:
    """Return a name that no other process has or had, ``machine pid random``."""
    return _name_of(os.getpid())


@lru_cache(maxsize=8)
def _name_of(pid: int) -> str:
    return f"{_machine()} {pid} {secrets.token_hex(8)}"


def _machine() -> str:
    """Return what names the machine, and on it the container whose process numbers count."""
    space = ""
    with suppress(OSError):
        space = Path("/proc/self/ns/pid").readlink().name
    return f"{socket.gethostname()[:40]}/{space}".replace(" ", "")


def _is_gone(holder: str) -> bool:
    """Whether the holder was a process of this machine that does not live any more."""
    machine, _, rest = holder.partition(" ")
    pid = rest.partition(" ")[0]
    if machine != _machine() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return int(pid) == os.getpid()  # an earlier process had the same number
