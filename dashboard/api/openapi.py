"""The description of the API (OpenAPI 3.1.1), held against what it does by tests/dashboard/api."""

from typing import Any

from dashboard.api.parameters import LONGEST_WAIT, MAX_ENTRIES, MAX_EPOCH, USUAL_ENTRIES
from dashboard.export.fields import FIELDS
from dashboard.query.language.parse import MAX_QUERY
from models import Action, Outcome, Reason

_LARGEST = 2**63 - 1
_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_NUMBER = {"type": ["integer", "null"]}
_ENTRY: dict[str, dict[str, Any]] = dict.fromkeys(FIELDS, _TEXT) | {
    "seq": {"type": "integer", "minimum": 1, "description": "The place in the sealed log, without gaps."},
    "event_id": {"type": "string", "format": "uuid"},
    "occurred_at": {"type": "string", "format": "date-time", "description": "UTC, with microseconds."},
    "action": {"type": "string", "description": "What was attempted.", "examples": list(Action)},
    "outcome": {"type": "string", "examples": list(Outcome)},
    "reason": _TEXT | {"examples": list(Reason)},
    "user_id": _NUMBER,
    "asn": _NUMBER,
    "session_ref": _TEXT | {"format": "uuid"},
    "source": {"type": "string", "description": "Whose door."},
    "new_device": {"type": ["boolean", "null"]},
    "detail": {"type": ["object", "null"]},
}
_CURSOR = {"type": "integer", "minimum": 0, "maximum": _LARGEST}


def _ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def _refusals(*statuses: int) -> dict[str, Any]:
    return {str(status): _ref("responses", f"problem{status}") for status in statuses}


def _problem(description: str, *headers: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _ref("schemas", "Problem")}}
    told = {name: {"schema": {"type": "string"}, "required": True} for name in headers}
    return {"description": description, "content": content} | ({"headers": told} if told else {})


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _answer(description: str, kind: str, schema: dict[str, Any], *refusals: int) -> dict[str, Any]:
    content = {kind: {"schema": schema}}
    return {"200": {"description": description, "content": content}} | _refusals(*refusals)


_READ = {
    "operationId": "readEntries",
    "summary": "Sealed entries after a cursor, in their order",
    "parameters": [
        _parameter("after", "The cursor: the last answer's `next`. Without, the oldest there is.", **_CURSOR),
        _parameter(
            "limit",
            "Entries at most.",
            type="integer",
            minimum=1,
            maximum=MAX_ENTRIES,
            default=USUAL_ENTRIES,
        ),
        _parameter(
            "q",
            "Filters, as on the page of the book: `user:alice outcome:failure`.",
            type="string",
            maxLength=MAX_QUERY,
        ),
        _parameter("from", "The first day or time, ISO 8601.", type="string", maxLength=40),
        _parameter("to", "The last day or time; a day counts whole.", type="string", maxLength=40),
        _parameter("tz", "The zone of days, such as Europe/Berlin; UTC without.", type="string"),
        _parameter(
            "wait",
            "Seconds to hold the answer until something comes.",
            type="integer",
            minimum=0,
            maximum=LONGEST_WAIT,
            default=0,
        ),
        _parameter(
            "epoch",
            "The epoch that the cursor is of; another one is told by 409.",
            type="string",
            maxLength=MAX_EPOCH,
        ),
    ],
    "responses": _answer(
        "Entries, maybe none; go on after `next`.",
        "application/json",
        _ref("schemas", "Tail"),
        *(400, 401, 403, 409, 410, 429, 503),
    ),
}
_ONE = {
    "operationId": "readEntry",
    "summary": "One sealed entry",
    "parameters": [
        {"name": "event_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    ],
    "responses": _answer(
        "The entry.", "application/json", _ref("schemas", "Entry"), 400, 401, 403, 404, 429, 503
    ),
}
_CHECKPOINT = {
    "operationId": "readCheckpoint",
    "summary": "The newest signed checkpoint, as it was signed (https://c2sp.org/signed-note)",
    "responses": _answer("The note.", "text/plain", {"type": "string"}, 400, 401, 403, 404, 429, 503),
}
_SELF = {
    "operationId": "readDescription",
    "summary": "This description",
    "security": [],
    "responses": _answer("The description.", "application/json", {"type": "object"}, 400),
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. 409 and 410 also tell `epoch`, `head` and `floor`, from which to go on.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "epoch": {"type": "string"},
        "head": _CURSOR,
        "floor": _CURSOR,
    },
}
_TAIL = {
    "type": "object",
    "required": ["epoch", "head", "entries", "next"],
    "additionalProperties": False,
    "properties": {
        "epoch": {"type": "string", "description": "One unbroken life of the log."},
        "head": _CURSOR | {"description": "The newest sealed entry."},
        "entries": {"type": "array", "maxItems": MAX_ENTRIES, "items": _ref("schemas", "Entry")},
        "next": _CURSOR | {"description": "The cursor to go on after, also when nothing matched."},
    },
}

#: All of it, as JSON values.
DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.1",
    "info": {
        "title": "Gatehouse",
        "version": "1",
        "description": "Reads the book of sign-ins. Every refusal is problem+json.",
        "license": {"name": "MIT", "identifier": "MIT"},
    },
    "servers": [{"url": "/"}],
    "security": [{"token": []}],
    "paths": {
        "/api/v1/entries": {"get": _READ},
        "/api/v1/entries/{event_id}": {"get": _ONE},
        "/api/v1/checkpoint": {"get": _CHECKPOINT},
        "/api/v1/openapi.json": {"get": _SELF},
    },
    "components": {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": "Made at /admin/tokens/: gh_…"}
        },
        "responses": {
            "problem400": _problem("A parameter is wrong; `errors` names it."),
            "problem401": _problem("The token is missing, wrong, at its end or revoked.", "WWW-Authenticate"),
            "problem403": _problem("The token has not the scope `entries:read`.", "WWW-Authenticate"),
            "problem404": _problem("There is none."),
            "problem409": _problem("The cursor is of another log, as a backup was restored."),
            "problem410": _problem("What follows the cursor was pruned."),
            "problem429": _problem("Too many requests.", "Retry-After"),
            "problem503": _problem("Not possible right now.", "Retry-After"),
        },
        "schemas": {
            "Tail": _TAIL,
            "Entry": {
                "type": "object",
                "required": list(FIELDS),
                "additionalProperties": False,
                "properties": _ENTRY,
            },
            "Problem": _PROBLEM,
        },
    },
}
