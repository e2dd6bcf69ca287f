"""How far the followers of the log are, for those that this site follows with."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from dashboard.followers.standing import FollowerStanding
from dashboard.monitoring.metrics.meters import APP
from models.clock import now


def of_followers(standings: Iterable[FollowerStanding]) -> Iterator[Metric]:
    """Yield what is known of followers, each by its name."""
    label = ["follower"]
    behind = GaugeMetricFamily(
        f"{APP}_follower_lag_entries", "Sealed entries not delivered yet.", None, label
    )
    waits = GaugeMetricFamily(
        f"{APP}_follower_lag_seconds", "Age of the first entry that was not delivered yet.", None, label
    )
    failing = GaugeMetricFamily(
        f"{APP}_follower_failing_seconds", "Seconds since it fails, 0 while it does not.", None, label
    )
    failures = GaugeMetricFamily(f"{APP}_follower_failures", "Failures in a row until now.", None, label)
    paused = GaugeMetricFamily(f"{APP}_follower_paused", "1 while an admin has it paused.", None, label)
    delivered = CounterMetricFamily(f"{APP}_follower_delivered", "Entries delivered.", None, label)
    missed = CounterMetricFamily(
        f"{APP}_follower_missed", "Entries pruned before they were delivered.", None, label
    )
    for standing in standings:
        row, name = standing.row, [standing.row.name]
        behind.add_metric(name, standing.behind)
        waits.add_metric(name, standing.seconds)
        failing.add_metric(name, _since(row.failing_since))
        failures.add_metric(name, row.failures)
        paused.add_metric(name, row.paused_at is not None)
        delivered.add_metric(name, row.delivered)
        missed.add_metric(name, row.missed)
    yield from (behind, waits, failing, failures, paused, delivered, missed)


def _since(moment: datetime | None) -> float:
    return max(0.0, (now() - moment).total_seconds()) if moment else 0
