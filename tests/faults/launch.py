"""``manage.py`` with faults planted in it; a file in the folder ``FAULTS`` sets one off."""

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import manage
import models.clock
from dashboard.cli.server.sockets import Sockets
from dashboard.log import recorder, seals
from dashboard.proof import retention, upkeep

FOLDER = Path(os.environ["FAULTS"])


class SlowClock(datetime):
    """The clock as the file ``clock`` sets it back, by seconds, or ahead."""

    @classmethod
    def now(cls, tz: tzinfo | None = UTC) -> datetime:  # type: ignore[override]
        """Return another time while the file is there."""
        try:
            back = float((FOLDER / "clock").read_text())
        except (FileNotFoundError, ValueError):
            back = 0
        return datetime.now(tz) - timedelta(seconds=back)


def die_if(name: str) -> None:
    """Die at once if the fault ``name`` is armed; one process dies of it."""
    try:
        (FOLDER / name).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def dying(
    work: Callable[..., Any], *, before: str | None = None, after: str | None = None
) -> Callable[..., Any]:
    """Return ``work`` with a place to die before it, after it, or both."""

    def planted(*args: Any, **keywords: Any) -> Any:
        if before:
            die_if(before)
        result = work(*args, **keywords)
        if after:
            die_if(after)
        return result

    return planted


def hold_up() -> None:
    """Take the seconds that the file ``slow`` tells; the file ``held`` has a byte for each who waited."""
    try:
        seconds = float((FOLDER / "slow").read_text())
    except (FileNotFoundError, ValueError):
        return
    with (FOLDER / "held").open("ab") as held:
        held.write(b".")
    time.sleep(seconds)


def slow(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return what answers requests with a place to hold sign-ins up."""

    def planted(self: Sockets, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/login":
            hold_up()
        return call(self, environ, start_response)

    return planted


def telling(look: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``look``, which takes the file ``looked`` away in the end, whatever comes of it."""

    def planted(*args: Any) -> Any:
        try:
            return look(*args)
        finally:
            (FOLDER / "looked").unlink(missing_ok=True)

    return planted


def hurry() -> None:
    """Have what is done daily or hourly done all the time."""
    upkeep.PRUNE_LOOK = upkeep.CHECKPOINT_LOOK = 1
    retention.RETENTION_INTERVAL = 5  # each look commits, and faults want to strike commits of sign-ins
    upkeep.CHECKPOINT_EVERY = timedelta(seconds=20)
    upkeep.prune_if_due = telling(upkeep.prune_if_due)


def plant() -> None:
    """Put the faults where they strike."""
    models.clock.datetime = SlowClock  # type: ignore[attr-defined]
    recorder.committed = dying(recorder.committed, before="committed")  # type: ignore[assignment]
    Sockets.__call__ = slow(Sockets.__call__)  # type: ignore[method-assign]
    hurry()
    seals.store_seals = dying(seals.store_seals, after="sealing")


if __name__ == "__main__":
    import faulthandler

    faulthandler.register(signal.SIGUSR1, all_threads=True)
    plant()
    manage.cli.main(prog_name="manage.py")
