"""A process that delivers and is killed at a step: run as ``python -m … URL STEP``."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from dashboard.followers.webhooks import run
from dashboard.followers.webhooks.sending.post import Poster
from models import transaction
from tests.dashboard.followers.webhooks import hook


def counting(work: Callable[..., Any], die_before: list[int], die_after: list[int]) -> Callable[..., Any]:
    """Return ``work``, at whose n-th call the process is killed before or after."""
    calls = [0]

    def counted(*arguments: Any, **named: Any) -> Any:
        calls[0] += 1
        number = calls[0]
        if number in die_before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = work(*arguments, **named)
        if number in die_after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return counted


#: By name: what is interrupted, and at which of its calls, before or after.
STEPS: dict[str, tuple[Any, str, list[int], list[int]]] = {
    "before anything is taken": (transaction.Trial, "run", [1], []),
    "before the commit of what is taken": (transaction.Session, "commit", [1], []),
    "after it": (transaction.Session, "commit", [], [1]),
    "before the first is sent": (Poster, "_ask", [1], []),
    "after the first is sent": (Poster, "_ask", [], [1]),
    "in the middle": (Poster, "_ask", [], [4]),
    "after all are sent": (transaction.Trial, "run", [2], []),
    "before the commit of what came of it": (transaction.Session, "commit", [2], []),
    "after that": (transaction.Session, "commit", [], [2]),
}


def main(url: str, step: str) -> None:
    """Deliver what is due and die."""
    owner, name, before, after = STEPS[step]
    with hook.open_site(url):
        webhook_id = hook.webhook().id
        setattr(owner, name, counting(getattr(owner, name), before, after))
        run.deliver_due(webhook_id)


if __name__ == "__main__":
    main(*sys.argv[1:])
