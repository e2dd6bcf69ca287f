"""Who reads: the holder of a bearer token (RFC 6750), and nobody by a cookie."""

from flask import Flask, current_app, request

from auth import throttle
from auth.pages.client import client_of_request
from auth.tokens.holder import TokenHolder, find_holder
from dashboard.api.refused import ApiProblem, TooManyRequests
from dashboard.web.refusals import asked_for, note_refusal
from dashboard.web.requests import REQUEST
from models import Scope, db
from models.database.limits import within

_REALM = 'Bearer realm="gatehouse"'


def admit(scope: Scope) -> TokenHolder:
    """Return whose token a request bears, counted as one of theirs; raises `ApiProblem`."""
    holder = present_holder()
    if scope not in holder.scopes:
        _note(403, holder.owner.id)
        told = {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope", scope="{scope}"'}
        raise ApiProblem(403, f"This token may not do it: it needs the scope {scope}.", headers=told)
    places = throttle.take_request(holder.public_id)
    if isinstance(places, throttle.TooMany):
        raise TooManyRequests("Too many requests of this token.", places.seconds)
    holder.note_use()
    return holder


def present_holder() -> TokenHolder:
    """Return whose token a request bears, as it is now; raises `ApiProblem`."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not text.strip():
        raise _refused("Send the token as “Authorization: Bearer gh_…”.", _REALM)
    with within(REQUEST):
        holder = find_holder(db.session(), text.strip())
    if holder:
        return holder
    places = throttle.take_wrong_token(client_of_request().ip)
    if isinstance(places, throttle.TooMany):
        raise TooManyRequests("Too many wrong tokens from this network.", places.seconds)
    told = "This token is wrong, at its end or revoked, or its maker is no admin any more."
    raise _refused(told, f'{_REALM}, error="invalid_token"')


def _refused(detail: str, challenge: str) -> ApiProblem:
    _note(401, None)
    return ApiProblem(401, detail, headers={"WWW-Authenticate": challenge})


def _note(status: int, user: int | None) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    note_refusal(app, asked_for(), status, user=user, client=request.remote_addr)
