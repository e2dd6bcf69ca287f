"""Health pages for monitoring; no personal data."""

import hmac
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from auth.sessions import uses_none
from dashboard.config.settings import Settings
from dashboard.log.backlog import Backlog
from dashboard.monitoring import problems
from dashboard.monitoring.problem_words import problem_sentence
from dashboard.monitoring.problems import Report
from dashboard.web.stopping import is_stopping

blueprint = Blueprint("health", __name__)
#: Seconds that `/readyz` waits for the database at most; it answers within five also when busy.
ANSWER_WITHIN = 3.5
#: Seconds that anything may wait before `/readyz?strict` is 503.
STRICT = 60.0
#: Headers that say that somebody else sent the request (those that begin with X-Forwarded- do too).
_FORWARDED = {"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"}


def init_app(app: Flask) -> None:
    """Add the health pages to ``app``."""
    problems.init_app(app)
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@uses_none
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@uses_none
def readyz() -> ResponseReturnValue:
    """Say whether the log can be read and written: 200, with ``degraded`` where something is behind.

    503 only when this process can neither read nor record, or stops: else a stuck sealer would take every one
    out of the balancer; with ``?strict`` also when anything has waited for more than a minute.
    """
    if is_stopping(current_app):
        return jsonify(status="stopping"), 503
    report = problems.report(current_app._get_current_object(), ANSWER_WITHIN)  # type: ignore[attr-defined]
    answer: dict[str, Any] = {"status": _status(report)}
    if report.checks:
        answer["degraded"] = report.checks
    if may_see_causes():
        answer |= _causes(report)
    is_refused = report.is_down or ("strict" in request.args and _is_overdue(report))
    return jsonify(answer), 503 if is_refused else 200


def may_see_causes() -> bool:
    """Whether the request comes from this machine itself, or carries ``METRICS_TOKEN``."""
    settings: Settings = current_app.config["SETTINGS"]
    return bool(settings.metrics_token and _bears(settings.metrics_token)) or _is_local()


def _bears(expected: str) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given = token.strip().encode("latin-1", "replace")
    return scheme.lower() == "bearer" and hmac.compare_digest(given, expected.encode())


def _is_local() -> bool:
    """Whether the request was made on this machine, by nobody on another's behalf."""
    names = {name.lower() for name, _ in request.headers}
    if names & _FORWARDED or any(name.startswith("x-forwarded-") for name in names):
        return False
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _status(report: Report) -> str:
    if report.is_down:
        return "unavailable"
    return "degraded" if report.problems else "ok"


def _is_overdue(report: Report) -> bool:
    """Whether something has waited too long, or it cannot be known."""
    return report.reading is None or max(report.reading.unsealed.seconds, report.spooled.seconds) > STRICT


def _causes(report: Report) -> dict[str, Any]:
    told: dict[str, Any] = {
        "threads": {thread.name: thread.condition for thread in report.threads},
        "spooled": _waiting(report.spooled),
    }
    if report.reading:
        head = report.reading.head
        told |= {"epoch": head.epoch, "head": head.seq, "unsealed": _waiting(report.reading.unsealed)}
    if report.problems:
        told["causes"] = [f"{problem.check}: {problem_sentence(problem)}" for problem in report.problems]
    return told


def _waiting(backlog: Backlog) -> dict[str, float]:
    return {"count": backlog.count, "seconds": round(backlog.seconds, 1)}
