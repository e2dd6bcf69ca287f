"""One page for all workers of a running site."""

import os
import signal
from pathlib import Path

import requests
from prometheus_client import Metric

from models import Role
from tests.dashboard.cli.server.test_command import workers
from tests.dashboard.monitoring.metrics.figures import figure, parsed
from tests.support.actions import make_user, signed_in
from tests.support.app import migrate, running
from tests.support.servers.gatehouse import Site, serving
from tests.support.servers.mariadb import create_database, prepared
from tests.support.viewer import Wire
from tests.support.waiting import wait_until


def scraped(site: Site) -> list[Metric]:
    """Return what a running site shows."""
    answer = requests.get(f"{site.url}/metrics", timeout=10)
    assert answer.status_code == 200
    return parsed(answer.text)


def sign_ins(site: Site) -> float:
    return figure(scraped(site), "gatehouse_entries_total", action="login", outcome="success") or 0


def test_any_worker_answers_for_all_also_for_one_that_was_killed(
    mariadb_url: str, redis_url: str, tmp_path: Path
) -> None:
    with running(mariadb_url):
        make_user("vera", Role.VIEWER)
    with serving(mariadb_url, tmp_path, "--workers", "2", redis_url=redis_url) as site:
        wait_until(lambda: figure(scraped(site), "gatehouse_workers") == 2, "both workers are sampled")
        for _ in range(4):
            cookie = signed_in(site.url, "vera")
        assert {sign_ins(site) for _ in range(12)} == {4}
        wire = Wire(site.url, cookie).join()
        wait_until(lambda: figure(scraped(site), "gatehouse_viewers") == 1, "a viewer is told by any worker")
        victims = workers(site.server)
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        wire.close()
        wait_until(lambda: not {*victims} & {*workers(site.server)} and site.is_up(), "others have come")
        wait_until(lambda: figure(scraped(site), "gatehouse_workers") == 2, "two are sampled again")
        assert figure(scraped(site), "gatehouse_viewers") == 0
        assert {sign_ins(site) for _ in range(12)} == {4}
        signed_in(site.url, "vera")
        assert sign_ins(site) == 5
        [path] = folders(site)
    assert not path.exists()


def folders(site: Site) -> list[Path]:
    """Return where the processes of a site count, as they have it mapped."""
    [worker, *_] = workers(site.server)
    maps = Path(f"/proc/{worker}/maps").read_text().splitlines()
    return list({Path(line.split()[-1]).parent for line in maps if "gatehouse-metrics-" in line})


def test_a_frozen_database_holds_no_scrape_of_a_running_site(tmp_path: Path) -> None:
    server, address = prepared(tmp_path)
    with server, serving(migrate(create_database(address, "gatehouse")), tmp_path) as site:
        assert figure(scraped(site), "gatehouse_database_up") == 1
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            for _ in range(2):
                found = parsed(requests.get(f"{site.url}/metrics", timeout=5).text)  # the promise
                assert figure(found, "gatehouse_database_up") == 0
                assert figure(found, "gatehouse_workers") == 1
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        wait_until(lambda: figure(scraped(site), "gatehouse_database_up") == 1, "it is up again")
