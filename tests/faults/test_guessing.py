"""Two hundred guesses at once, over two workers: few are hashed, all are in the log."""

import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from sqlalchemy import select

from auth.floods import EACH
from models import LoginLog, Reason, db
from tests.support.actions import make_user
from tests.support.app import running
from tests.support.servers.gatehouse import serving
from tests.support.servers.process import free_port
from tests.support.waiting import wait_until

GUESSES, PAIR = 200, 20
#: Guesses of which some are beyond what has an entry each.
FLOOD = PAIR + EACH + 40


def guess(url: str, times: int = GUESSES) -> Counter[int]:
    """Guess at alice's password, all at once; return what was answered."""
    session = requests.Session()
    page = session.get(f"{url}/login", timeout=30).text
    token = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', page)
    assert token
    cookies = session.cookies.get_dict()

    def one(number: int) -> int:
        data = {"username": "alice", "password": f"guess {number}", "csrf_token": token[1]}
        return requests.post(f"{url}/login", data=data, cookies=cookies, timeout=60).status_code

    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(one, range(times)))


def reasons() -> Counter[str | None]:
    """Return why attempts were turned away, by the log."""
    db.session.rollback()
    return Counter(db.session.scalars(select(LoginLog.reason)))


def attacked(mariadb_url: str, folder: Path, redis: str) -> tuple[Counter[int], Counter[str | None]]:
    """Guess at a site of two workers; return what was answered and what the log says."""
    with running(mariadb_url):
        make_user("alice")
        with serving(mariadb_url, folder, "--workers", "2", redis_url=redis) as site:
            told = guess(site.url)
            wait_until(lambda: reasons().total() == GUESSES, "all are in the log")
        return told, reasons()


def test_two_hundred_guesses_at_once_over_two_workers(
    mariadb_url: str, redis_url: str, tmp_path: Path
) -> None:
    told, logged = attacked(mariadb_url, tmp_path, redis_url)
    assert told.keys() <= {401, 429, 503}
    assert 0 < logged["invalid_password"] == told[401] <= PAIR
    assert logged["rate_limited"] == told[429] + told[503] == GUESSES - told[401]


def test_two_hundred_guesses_at_once_without_redis(mariadb_url: str, tmp_path: Path) -> None:
    told, logged = attacked(mariadb_url, tmp_path, f"redis://127.0.0.1:{free_port()}/0")
    assert 0 < logged["invalid_password"] == told[401] <= 2 * PAIR
    assert logged.total() == GUESSES


def test_a_flood_is_counted_to_the_last_when_the_server_stops(mariadb_url: str, tmp_path: Path) -> None:
    with running(mariadb_url):
        make_user("alice")
        with serving(mariadb_url, tmp_path, "--workers", "1") as site:
            told = guess(site.url, FLOOD)
        unread = select(LoginLog.detail).where(LoginLog.reason == Reason.RATE_LIMITED)
        details = list(db.session.scalars(unread))
    counted = [json.loads(detail)["count"] if detail else 1 for detail in details]
    assert len(details) < told[429] + told[503] == sum(counted)
