"""What is read when somebody asks: the log, its database, the spool, Redis."""

import tomllib
from collections.abc import Callable, Iterator
from functools import cache, partial
from time import monotonic
from typing import Any, TypeVar

from flask import Flask
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from redis import Redis

from dashboard.background.inquiry import Inquiry
from dashboard.config.settings import ROOT, Settings
from dashboard.log.authentic.secret import secret_id
from dashboard.monitoring import problems
from dashboard.monitoring.metrics.facts import Facts, read_facts
from dashboard.monitoring.metrics.followers import of_followers
from dashboard.monitoring.metrics.meters import APP
from dashboard.monitoring.probes import Reading
from dashboard.monitoring.problems import ProblemKind, Report

T = TypeVar("T")
#: Seconds for Redis, and for what the database tells in all.
REDIS_WITHIN, DATABASE_WITHIN = 0.5, 3.0


class Readings:
    """Asks, each question once at a time and never for long."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._facts = Inquiry(app, "facts for metrics", partial(read_facts, app))
        self._known: Facts | None = None
        self._redis: Inquiry[Any] | None = None
        if settings.redis_url:
            patience = {"socket_timeout": 1, "socket_connect_timeout": 1}
            client = Redis.from_url(settings.redis_url, **patience)
            self._redis = Inquiry(app, "ping of Redis", partial(_ping, client))

    def collect(self) -> Iterator[Metric]:
        """Yield what is known now; takes four seconds at most, whatever does not answer."""
        if self._redis:
            answers = _found(lambda: self._redis and self._redis.answer(REDIS_WITHIN))
            yield _gauge("redis_up", "1 while Redis answers, 0 else.", bool(answers))
        end = monotonic() + DATABASE_WITHIN
        report = problems.report(self._app, DATABASE_WITHIN)
        yield from _reported(report)
        if report.reading:
            yield from _read(report.reading)
            yield from self._told(max(0, end - monotonic()))
        yield from _lasting(self._known)

    def _told(self, within: float) -> Iterator[Metric]:
        """Yield what the database tells, and remember it: the schema is still the same when it is away."""
        if facts := _found(lambda: self._facts.answer(within)):
            self._known = facts
            yield from of_followers(facts.followers)


def _found(ask: Callable[[], T]) -> T | None:
    """Return the answer, or None: that there is none is told by what is missing."""
    try:
        return ask()
    except Exception:
        return None


def _ping(client: Redis) -> bool:
    return bool(client.ping())


def _reported(report: Report) -> Iterator[Metric]:
    kinds = {problem.kind for problem in report.problems}
    yield _gauge("database_up", "1 while the log can be read, 0 else.", report.reading is not None)
    writable = ProblemKind.UNWRITABLE not in kinds
    yield _gauge("database_writable", "1 while this worker can write, 0 else.", writable)
    yield _gauge("spool_attempts", "Refused attempts that wait for the database.", report.spooled.count)
    yield _gauge("spool_oldest_seconds", "Seconds that the oldest of them waits.", report.spooled.seconds)
    degraded = GaugeMetricFamily(
        f"{APP}_degraded", "1 for each part that /readyz calls degraded.", None, ["part"]
    )
    for check in report.checks:
        degraded.add_metric([check], 1)
    yield degraded


def _read(reading: Reading) -> Iterator[Metric]:
    waiting = reading.unsealed
    yield _gauge("head_seq", "Number of the newest sealed entry.", reading.head.seq)
    yield _gauge("unsealed_entries", "Entries that wait for their seal, counted to 1,000.", waiting.count)
    yield _gauge("unsealed_oldest_seconds", "Seconds that the oldest of them waits.", waiting.seconds)
    yield _gauge(
        "quarantined_rows", "Rows that were moved out of the log, counted to 1,000.", reading.foreign
    )


def _lasting(facts: Facts | None) -> Iterator[Metric]:
    build = {"version": version(), "schema": facts.schema if facts else "unknown"}
    yield InfoMetricFamily(f"{APP}_build", "Which Gatehouse this is, on which schema.", build)
    key = InfoMetricFamily(f"{APP}_key", "Fingerprints of SECRET_KEY: the site's, the log's.", None, ["of"])
    key.add_metric(["site"], {"fingerprint": secret_id()})
    if facts and facts.secret_id:
        key.add_metric(["log"], {"fingerprint": facts.secret_id})
    yield key
    purged = GaugeMetricFamily(
        f"{APP}_last_purge_timestamp_seconds",
        "When retention last forgot something.",
        None,
        ["action"],
    )
    for action, moment in facts.purged.items() if facts else ():
        purged.add_metric([action], moment.timestamp())
    yield purged


@cache
def version() -> str:
    """Return the version of this Gatehouse."""
    told: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return told


def _gauge(name: str, doc: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{APP}_{name}", doc, float(value))
