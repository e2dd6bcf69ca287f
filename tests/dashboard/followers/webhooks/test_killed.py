"""Whoever delivers may be killed at any step: nothing is lost, and what is sent twice has one key."""

import signal
import subprocess
import sys

import pytest

from tests.dashboard.followers.webhooks import killed
from tests.dashboard.followers.webhooks.hook import deliveries, hooked, open_site, run, sign_ins, states
from tests.support.servers.gatehouse import ROOT
from tests.support.servers.receiver import Receiver


def die(url: str, step: str) -> int:
    """Deliver in a process that is killed at a step; return how it ended."""
    command = [sys.executable, "-m", killed.__name__, url, step]
    return subprocess.run(command, cwd=ROOT, check=False, timeout=120).returncode


@pytest.mark.parametrize("step", killed.STEPS)
def test_nothing_is_lost(database_url: str, receiver: Receiver, step: str) -> None:
    with open_site(database_url):
        hooked(receiver.url)
        ids = sign_ins(6)
        assert die(database_url, step) == -signal.SIGKILL
        run()
        assert sorted(set(receiver.ids)) == [str(event_id) for event_id in ids]
        assert states() == ["delivered"] * 6
        assert len({row.event_id for row in deliveries()}) == 6
