"""The book as a file: reads the form, streams the answer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from flask import Response, abort, jsonify, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from auth.pages.client import client_of_request
from dashboard.export import progress, quota
from dashboard.export.csv import DELIMITERS
from dashboard.export.formats import FORMATS
from dashboard.export.job import Export, Order, UsedId
from dashboard.export.quota import EXPORT_RETRY, EXPORTS_PER_PERSON, TooManyExports
from dashboard.panel.parts.listing import selection_of
from dashboard.query.language.errors import QueryError, shown
from dashboard.web.errors import error_page

QUERY_PARAMETERS = ("q", "from", "to", "tz")


def list_of_form() -> str:
    """Return the path of the list as it was asked for, on which the export's form stands."""
    return url_for("logins.index", **_parameters(request.form))


def _parameters(form: Mapping[str, str]) -> dict[str, Any]:
    return {name: form[name] for name in QUERY_PARAMETERS if form.get(name)}


def order_of(form: Mapping[str, str]) -> Order:
    """Return what the visitor orders; raises ``QueryError`` naming a field that is wrong."""
    selection = selection_of(form)
    return Order(
        export_id=_export_id(form.get("export_id", "")),
        format=_format(form.get("format", "csv")),
        selection=selection,
        parameters=_parameters(form) | {"tz": selection.zone.key},
        subject=current_user.subject,
        client=client_of_request(),
        session_ref=current_user.session_ref,
        delimiter=_delimiter(form.get("delimiter", ",")),
    )


def download(order: Order) -> Response:
    """Begin the export and return its stream.

    Raises ``NotWritten`` when it cannot be recorded, ``QueryError`` for a used id and ``TooManyExports``.

    There is no Content-Length, so a stream that breaks is a failed transfer to the client.
    """
    slot = quota.take(current_user.user_id)
    try:
        export = Export(order)
    except BaseException as error:
        slot.free()
        if not isinstance(error, UsedId):
            raise
        raise QueryError(
            "An export with the id “%(value)s” was begun before.", field="export_id", value=shown(str(error))
        ) from None
    response = Response(export, mimetype=export.form.mimetype)
    response.call_on_close(slot.free)
    response.headers["X-Accel-Buffering"] = "no"  # a proxy's buffer would run full and stand still
    response.headers["X-Gatehouse-Export-Id"] = str(order.export_id)
    response.headers["X-Gatehouse-Last-Seq"] = str(export.last_seq)
    name = f"gatehouse-logins-{order.selection.now:%Y%m%dT%H%M%SZ}.{export.form.suffix}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def too_many_exports(refused: TooManyExports) -> Response:
    """Answer that too many exports are under way, and what to do about it."""
    if refused.is_own:
        way_on = _(
            "You have %(n)s under way. Wait until one has ended, or cancel it on its page.",
            n=EXPORTS_PER_PERSON,
        )
    else:
        way_on = _("Others export right now. Nothing was exported; try again in a moment.")
    answer = error_page(429, _("Too many exports at once"), way_on)
    answer.headers["Retry-After"] = str(EXPORT_RETRY)
    return answer


def job(export_id: UUID) -> Response:
    """Tell how far one's own export has come; a POST cancels it first. 404 for others'."""
    if request.method == "POST":
        progress.cancel(export_id, current_user.user_id)
    job_row = progress.find(export_id, current_user.user_id)
    if job_row is None:
        abort(404)
    return jsonify(
        export_id=str(export_id),
        state=job_row.state,
        rows=job_row.rows,
        seconds=(job_row.updated_at - job_row.started_at).total_seconds(),
        reached=job_row.reached and job_row.reached.isoformat(),
    )


def _export_id(text: str) -> UUID:
    try:
        return UUID(text) if text else uuid4()
    except ValueError:
        raise QueryError("“%(value)s” is not a UUID.", field="export_id", value=shown(text)) from None


def _format(name: str) -> str:
    if name not in FORMATS:
        raise QueryError(
            "“%(value)s” is not a format: choose csv, excel, jsonl or ocsf.",
            field="format",
            value=shown(name),
        )
    return name


def _delimiter(name: str) -> str:
    if name not in DELIMITERS:
        raise QueryError(
            "“%(value)s” is not a delimiter: choose , or ; or tab.", field="delimiter", value=shown(name)
        )
    return DELIMITERS[name]
