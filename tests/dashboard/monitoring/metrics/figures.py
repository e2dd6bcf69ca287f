"""Reads what the page of metrics shows."""

from collections.abc import Iterable

from flask.testing import FlaskClient
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families


def parsed(text: str) -> list[Metric]:
    """Return the metrics of a page, as Prometheus reads them."""
    return list(text_string_to_metric_families(text))


def figure(metrics: Iterable[Metric], name: str, **labels: str) -> float | None:
    """Return the sum of the samples of a name that have these labels, None when there is none."""
    samples = [sample for metric in metrics for sample in metric.samples]
    found = [one.value for one in samples if one.name == name and labels.items() <= one.labels.items()]
    return sum(found) if found else None


def page(client: FlaskClient, **options: object) -> list[Metric]:
    """Return the metrics that the page shows."""
    answer = client.get("/metrics", **options)
    assert answer.status_code == 200
    return parsed(answer.text)
