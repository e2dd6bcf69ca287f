"""What is heard of a request by Flask's own signals, in the order of a request.

A receiver runs in the request: it only notes what it is told. What is kept of it is written later, by a
thread of its own (`dashboard.traces.store`).
"""

import time
from datetime import timedelta
from typing import Any

import flask
from flask import Flask, Response, g, request

from dashboard.background.schedule import at_intervals, at_stop
from dashboard.traces.store import write_traces
from dashboard.traces.waiting import Trace, keep_in, waiting_of
from models.clock import now

#: Seconds between two looks for traces to write.
TRACES_LOOK = 1.0
#: Pages are these templates; others are letters and parts of pages.
_PAGES = ("auth/", "admin/", "errors/")


def init_app(app: Flask) -> None:
    """Have the requests of ``app`` heard, unless ``SIGNAL_WATCH`` is off: then nothing is connected."""
    if app.config["SIGNAL_WATCH"] == "off":
        return
    keep_in(app)
    flask.request_started.connect(note_begin, app)
    flask.template_rendered.connect(note_page, app)
    flask.message_flashed.connect(note_message, app)
    flask.got_request_exception.connect(note_error, app)
    flask.request_finished.connect(note_end, app)
    at_intervals(app, "traces", write_traces, every=TRACES_LOOK)
    at_stop(app, write_traces)


def note_begin(_app: Flask, **_: Any) -> None:
    """Note when a request began."""
    g.trace = Trace(time.perf_counter())


def note_page(_app: Flask, *, template: Any, **_: Any) -> None:
    """Note the page that was made; the last one is the one that is shown."""
    if "trace" in g and (template.name or "").startswith(_PAGES):
        g.trace.page = template.name


def note_message(_app: Flask, *, message: object, **_: Any) -> None:
    """Note what somebody is told on their next page."""
    if "trace" in g:
        g.trace.texts.append(str(message))


def note_error(_app: Flask, *, exception: BaseException, **_: Any) -> None:
    """Note the class of an error that nobody expected; its message may quote what people typed."""
    if "trace" in g:
        kind = type(exception)
        g.trace.error = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")


def note_end(app: Flask, *, response: Response, **_: Any) -> None:
    """Keep the trace of a request that made an entry or met an error."""
    trace: Trace | None = g.get("trace")
    if trace and (g.get("recorded") or trace.error) and (waiting := waiting_of(app)):
        _complete(trace, response.status_code)
        waiting.put(trace)


def _complete(trace: Trace, status: int) -> None:
    trace.seconds = time.perf_counter() - trace.began
    trace.began_at = now() - timedelta(seconds=trace.seconds)
    trace.request_id, trace.status = g.get("request_id", ""), status
    trace.route = f"{request.method} {request.url_rule.rule}" if request.url_rule else ""
    trace.entries = tuple(g.get("recorded", ()))
    if status >= 400:
        trace.texts += _refusal()


def _refusal() -> list[str]:
    """Return what the page of a refusal tells, above the form and at its fields (`auth.pages.problem`)."""
    problem = g.get("problem", {})
    errors = [text for texts in problem.get("errors", {}).values() for text in texts]
    return [problem["detail"], *errors] if problem else []
