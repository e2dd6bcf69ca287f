"""``manage.py`` with faults planted in it; a file in the folder ``FAULTS`` sets one off."""

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import auth.events
import manage
from dashboard.stream import recorder, seals

FOLDER = Path(os.environ["FAULTS"])


class SlowClock(datetime):
    """The clock as the file ``clock`` sets it back, by seconds."""

    @classmethod
    def now(cls, tz: tzinfo | None = UTC) -> datetime:  # type: ignore[override]
        """Return a time of the past while the file is there."""
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


def plant() -> None:
    """Put the faults where they strike."""
    auth.events.datetime = SlowClock  # type: ignore[attr-defined]
    recorder.committed = dying(recorder.committed, before="committed")  # type: ignore[assignment]
    seals.store = dying(seals.store, after="sealing")


if __name__ == "__main__":
    import faulthandler

    faulthandler.register(signal.SIGUSR1, all_threads=True)
    plant()
    manage.cli.main(prog_name="manage.py")
