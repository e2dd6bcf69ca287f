"""The meters of this process: what its measures and samples are written to."""

import logging
import os
import threading
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    disable_created_metrics,
    values,
)

from dashboard.monitoring.metrics.folder import make_room, sums_of_all
from dashboard.monitoring.metrics.sample import Sample
from models.measures.catalogue import MEASURES
from models.measures.measure import Measure, bind_meters

logger = logging.getLogger(__name__)
APP = "gatehouse"
#: Where the library looks for the folder.
_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
disable_created_metrics()  # the folder does not know them
values.ValueClass = values.MutexValue  # whatever the environment says: the folder is made by `serve`


class Meters:
    """What this process counts and samples, beside others in ``folder`` or alone."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder, self._registry = folder, CollectorRegistry()
        self._gauges, self._lock = dict[str, Gauge](), threading.Lock()
        bind_meters({measure.name: self._meter(measure) for measure in MEASURES})

    def set(self, sample: Sample, labels: tuple[str, ...], value: float) -> None:
        """Note what a sample is now."""
        gauge = self._gauge(sample)
        (gauge.labels(*labels) if labels else gauge).set(value)

    def collect(self) -> Iterable[Metric]:
        """Return what all processes of the server counted and sampled, or this one alone."""
        return sums_of_all(self._folder) if self._folder else self._registry.collect()

    def _gauge(self, sample: Sample) -> Gauge:
        """Return the gauge of a sample; there is none before its first value, which would read 0."""
        with self._lock:
            if sample.name not in self._gauges:
                self._gauges[sample.name] = Gauge(
                    sample.name,
                    sample.doc,
                    sample.labels,
                    namespace=APP,
                    registry=self._registry,
                    multiprocess_mode=f"live{sample.of_workers}",  # type: ignore[arg-type]
                )
            return self._gauges[sample.name]

    def _meter(self, measure: Measure) -> Counter | Histogram:
        named = measure.name, measure.doc, measure.labels
        if measure.buckets:
            return Histogram(*named, namespace=APP, registry=self._registry, buckets=measure.buckets)
        return Counter(*named, namespace=APP, registry=self._registry)


class _Process:
    """The meters that are in use: measures know no app."""

    meters = Meters()


def meters() -> Meters:
    """Return the meters of this process."""
    return _Process.meters


def share_meters(folder: Path) -> None:
    """Have this process, after the fork, count and sample in ``folder``; alone when it has no room."""
    try:
        make_room(folder, os.getpid())
    except OSError as error:
        logger.warning("metrics: %s; process %d counts for itself", error, os.getpid())
        return
    os.environ[_VARIABLE] = str(folder)
    values.ValueClass = values.MultiProcessValue()
    _Process.meters = Meters(folder)
