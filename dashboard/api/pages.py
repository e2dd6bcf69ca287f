"""The addresses below /api/v1: HTTP in, JSON out."""

from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from sqlalchemy import select

from auth.pages.problem import only_for_programs
from dashboard.api.admission import admit
from dashboard.api.openapi import DESCRIPTION
from dashboard.api.parameters import LONGEST_WAIT, only, read_wish
from dashboard.api.reads import note_read
from dashboard.api.refused import ApiProblem, refuse_with_problems
from dashboard.api.waits import held
from dashboard.export.encoded import encoded_entry
from dashboard.log import wire
from dashboard.log.head import BrokenStream
from dashboard.proof.checkpoint.key import NoKey
from dashboard.proof.checkpoint.store import Store
from dashboard.web.requests import REQUEST, answer_within, without_cookies
from models import LoginLog, Scope, StreamHead, db

ROOT_PATH = "/api/"
blueprint = Blueprint("api", __name__, url_prefix=f"{ROOT_PATH}v1")
#: What anybody may read.
_OPEN = ("api.openapi",)


def init_app(app: Flask) -> None:
    """Add the API to ``app``."""
    app.register_blueprint(blueprint)
    refuse_with_problems(app)
    only_for_programs(app, ROOT_PATH)
    answer_within(app, f"{ROOT_PATH}v1/entries", REQUEST + LONGEST_WAIT)
    without_cookies(app, ROOT_PATH)


@blueprint.before_request
def _admit() -> None:
    """Let nobody read without a token."""
    if request.method != "OPTIONS" and request.endpoint not in _OPEN:
        g.holder = admit(Scope.ENTRIES_READ)


@blueprint.get("/entries")
def entries() -> Response:
    """Return sealed entries after a cursor."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    answer = held(app, g.holder, read_wish(request.args))
    note_read(g.holder)
    return Response(answer.as_json(), mimetype="application/json")


@blueprint.get("/entries/<uuid:event_id>")
def entry(event_id: UUID) -> Response:
    """Return one sealed entry."""
    only(request.args, ())
    sealed = select(LoginLog).where(LoginLog.event_id == event_id, LoginLog.seq.is_not(None))
    found = db.session.scalar(sealed)
    if found is None:
        raise ApiProblem(404, "There is no such entry, or it is not sealed yet.")
    note_read(g.holder)
    return Response(wire.dumps(encoded_entry(found)), mimetype="application/json")


@blueprint.get("/checkpoint")
def newest_checkpoint() -> Response:
    """Return the newest checkpoint as it was signed (https://c2sp.org/signed-note)."""
    only(request.args, ())
    origin = db.session.scalar(select(StreamHead.origin))
    if origin is None:
        raise BrokenStream("the stream has no head")
    return Response(_signed_note(origin), mimetype="text/plain")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Return the description of all this."""
    only(request.args, ())
    return jsonify(DESCRIPTION)


def _signed_note(origin: str) -> bytes:
    store = Store.of(current_app.config["SETTINGS"])
    try:
        last = store.history(origin).last
        note = store.path(last).read_bytes() if last else None
    except (NoKey, OSError):
        note = None
    if note is None:
        raise ApiProblem(404, "There is no checkpoint here yet; one is taken each hour.")
    return note
