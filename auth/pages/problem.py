"""Refusals for programs: what a page says, as problem+json (RFC 9457)."""

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Flask, Response, current_app, g, request

_BELOW = "gatehouse.programs"
HTML, DATA = "text/html", ("application/json", "application/problem+json")
ProblemView = TypeVar("ProblemView", bound=Callable[..., Any])


def answers_json(view: ProblemView) -> ProblemView:
    """Mark a view whose answers are JSON: so are its refusals, unless the client asks for a page."""
    view.answers_json = True  # type: ignore[attr-defined]
    return view


def only_for_programs(app: Flask, below: str) -> None:
    """Have every refusal below a path be problem+json, whatever the client prefers."""
    app.extensions.setdefault(_BELOW, []).append(below)


def is_for_programs() -> bool:
    """Whether the view that is asked for answers in JSON."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "answers_json", False)


def prefers_json() -> bool:
    """Whether the client would rather have JSON than a page: as its Accept says, else as it speaks itself."""
    if request.path.startswith(tuple(current_app.extensions.get(_BELOW, ()))):
        return True
    offered = [*DATA, HTML] if request.is_json or is_for_programs() else [HTML, *DATA]
    return request.accept_mimetypes.best_match(offered, default=offered[0]) != HTML


def note(detail: str, errors: Mapping[str, Sequence[object]] | None = None) -> None:
    """Keep what this request's page tells of a refusal; ``errors`` are texts by field."""
    g.problem = {"detail": detail}
    if errors:
        g.problem["errors"] = {field: [str(text) for text in texts] for field, texts in errors.items()}


def problem(status: int, detail: str, **members: object) -> Response:
    """Return a refusal for programs; ``members`` may name its ``type`` and ``title``."""
    g.problem = {"detail": detail, **members}
    body = json.dumps(_problem(status), ensure_ascii=False)
    return Response(body, status, content_type=DATA[1])


def as_problem(response: Response) -> Response:
    """Return a refusal in the form that the client prefers; what is no page stays as it is."""
    if response.mimetype != HTML or response.is_streamed:
        return response
    response.vary.add("Accept")
    if prefers_json():
        response.set_data(json.dumps(_problem(response.status_code), ensure_ascii=False))
        response.content_type = DATA[1]
    return response


def _problem(status: int) -> dict[str, object]:
    """Return the members of RFC 9457 3.1; ``about:blank`` says that the status tells the type."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        **g.get("problem", {}),
        "instance": quote(request.path),
        "request_id": g.get("request_id", ""),
    }
