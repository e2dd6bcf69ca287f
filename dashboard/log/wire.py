"""JSON for Socket.IO in which entries that were encoded once stay as they are."""

import json
from typing import Any

import orjson

loads = json.loads


def encoded(value: Any) -> orjson.Fragment:
    """Return ``value`` as JSON that `dumps` takes as it is, in whatever stands around it.

    A detail that somebody changed may hold a number of any size, which orjson refuses, and a column of
    SQLite any value.
    """
    try:
        return orjson.Fragment(orjson.dumps(value, default=str))
    except TypeError:
        return orjson.Fragment(json.dumps(value, default=str))


def dumps(value: Any, **_options: Any) -> str:
    """Return ``value`` as JSON; ``_options`` are those of `json.dumps`, about spaces that nobody sees."""
    return orjson.dumps(value).decode()
