"""Commands that are asked to stop midway end in order: what they began is undone and recorded."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import click

#: Ctrl-C, the end of a service or container, and a terminal that closes.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(SystemExit):
    """The process was asked to stop; its exit code is 128 + the signal's number, as a shell's."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise `Stopped` in the body when the process is asked to stop, once, and say so in a line."""
    before = {number: signal.signal(number, _stop) for number in STOP_SIGNALS}
    try:
        yield
    except Stopped as stopped:
        click.echo(f"Error: stopped by {signal.Signals(stopped.args[0] - 128).name}", err=True)
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    for each in STOP_SIGNALS:  # nothing disturbs what is tidied up now
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(128 + number)
