"""How the log stands, for ``doctor``: what waits, whether the totals fit, what a running server says."""

from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from time import sleep
from typing import Any

import requests
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from dashboard.cli.checks import Bad
from dashboard.config.settings import Settings
from dashboard.log.authentic import quarantine
from dashboard.log.backlog import unsealed
from dashboard.monitoring.problem_words import many, rough_duration
from dashboard.monitoring.problems import BEHIND
from models import LoginTotal, StreamHead, db

#: Seconds after which entries that wait for their seal are looked at again: they may just have come late.
SECOND_LOOK = 1.5
#: How often a server is asked at once, so that each of its processes is likely to answer.
PROBES = 8
#: Seconds to wait for a connection and for an answer.
PROBE_TIMEOUT = (2, 6)


def sealing() -> str:
    """Say whether entries wait for their seal; raises ``Bad`` when one has for long."""
    waiting = unsealed(db.session(), None)
    if waiting.seconds > BEHIND:
        db.session.rollback()
        sleep(SECOND_LOOK)
        waiting = unsealed(db.session(), None)
    if waiting.seconds > BEHIND:
        told = (
            f"{many(waiting.count)} entries are not sealed, the oldest for {rough_duration(waiting.seconds)}"
        )
        raise Bad(f"{told}: a running server seals them")
    return f"{many(waiting.count)} entries not sealed yet" if waiting.count else "all entries are sealed"


def quarantined() -> str:
    """Raise ``Bad`` when rows stood in the log's table that are not ours."""
    count = quarantine.rows_aside(db.session())
    if count:
        raise Bad(f"{many(count)} rows that are not ours were moved out of the log: see the table quarantine")
    return "no row was moved out of the log"


def check_totals() -> str:
    """Hold the sum of the totals against the head; raises ``Bad`` when they differ."""
    counted = select(func.coalesce(func.sum(LoginTotal.count), 0)).scalar_subquery()
    expected = StreamHead.seq - StreamHead.uncounted
    row = db.session.execute(select(expected.label("expected"), counted.label("counted"))).one_or_none()
    if row is None:
        raise Bad("the log has no head: run `python manage.py verify`")
    if row.expected != row.counted:
        told = f"they count {int(row.counted):,} entries of {row.expected:,}"
        raise Bad(f"{told}: run `python manage.py rebuild totals`")
    return f"{row.expected:,} entries counted"


def server(settings: Settings) -> str:
    """Ask the server that runs at the configured address, if one does; raises ``Bad`` with what it tells."""
    address = f"http://{_host(settings.host)}:{settings.port}"
    with ThreadPoolExecutor(PROBES) as pool:
        answers = list(pool.map(lambda _: _asked(address, settings.metrics_token), range(PROBES)))
    told = [answer for answer in answers if answer is not None]
    if not told:
        return f"none runs on {address}"
    if not all("status" in answer for answer in told):
        return f"another program answers on {address}"
    if not {answer["epoch"] for answer in told if "epoch" in answer} <= {_epoch()}:
        return f"a Gatehouse with another log answers on {address}"
    wrong = [problem for answer in told for problem in _wrong(answer)]
    if wrong:
        raise Bad(f"{address}: {'; '.join(dict.fromkeys(wrong))}")
    return f"{address} is ready"


def _asked(address: str, token: str | None) -> dict[str, Any] | None:
    """Return what a server says; empty when it is none of ours, None when there is none."""
    with requests.Session() as session:
        session.trust_env = False  # a proxy for the web would not come from this machine
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            answer = session.get(
                f"{address}/readyz", headers=headers, timeout=PROBE_TIMEOUT, allow_redirects=False
            )
            found = answer.json()
        except requests.Timeout:
            raise Bad(f"{address} does not answer") from None
        except requests.JSONDecodeError:
            return {}
        except requests.RequestException:
            return None
    return found if isinstance(found, dict) else {}


def _wrong(answer: dict[str, Any]) -> list[str]:
    if answer["status"] == "ok":
        return []
    return [str(cause) for cause in answer.get("causes") or answer.get("degraded") or [answer["status"]]]


def _epoch() -> str | None:
    try:
        return db.session.scalar(select(StreamHead.epoch))
    except DBAPIError:
        return None


def _host(host: str) -> str:
    """Return the address under which a server that listens on ``host`` is reached from here."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return str(address) if address.version == 4 else f"[{address}]"
