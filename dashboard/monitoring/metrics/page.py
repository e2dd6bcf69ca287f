"""``/metrics``: for whom `/readyz` shows causes to; no personal data, and nothing of it is recorded."""

from collections.abc import Iterable, Iterator

from flask import Blueprint, Flask, Response, abort, current_app
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from auth.sessions import uses_none
from dashboard.background.inquiry import Inquiry
from dashboard.background.schedule import at_intervals
from dashboard.config.settings import Settings
from dashboard.monitoring.health import may_see_causes
from dashboard.monitoring.metrics import process
from dashboard.monitoring.metrics.meters import meters
from dashboard.monitoring.metrics.readings import Readings
from dashboard.monitoring.metrics.sample import look_at, samples_of

blueprint = Blueprint("metrics", __name__)
#: Seconds between two samples of a process that nobody asks, and for reading those of the others.
SAMPLE_EVERY, SUMS_WITHIN = 5, 0.5
_KEY = "gatehouse.metrics"


class Figures(Collector):
    """All that one answer shows."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app, self._readings = app, Readings(app, settings)
        self._sums = Inquiry(app, "metrics of all workers", lambda: meters().collect())

    def collect(self) -> Iterator[Metric]:
        """Yield what was counted, what every process sampled and what is read now."""
        take_samples(self._app)
        yield from self._of_workers()
        yield from self._readings.collect()

    def _of_workers(self) -> Iterable[Metric]:
        try:
            return self._sums.answer(SUMS_WITHIN)
        except Exception:
            current_app.logger.exception("what the workers count could not be read")
            return []


def init_app(app: Flask, settings: Settings) -> None:
    """Add the page, and have this process sampled."""
    process.init_app(app)
    app.extensions[_KEY] = Figures(app, settings)
    at_intervals(app, "metrics", lambda: take_samples(app), every=SAMPLE_EVERY, at_once=True)
    app.register_blueprint(blueprint)


def take_samples(app: Flask) -> None:
    """Look at everything that is sampled of this process."""
    for sample in samples_of(app):
        for labels, value in look_at(sample):
            meters().set(sample, labels, value)


@blueprint.get("/metrics")
@uses_none
def metrics() -> Response:
    """Show the figures in the text format, whatever is asked for; 403 for everybody else."""
    if not may_see_causes():
        abort(403)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(current_app.extensions[_KEY])
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
