"""JSON for Socket.IO in which entries that were encoded once stay as they are."""

import json
import secrets
from typing import Any

loads = json.loads
#: Stands for encoded entries until the rest is encoded; nobody can guess it.
_MARK = secrets.token_hex(16)


class Encoded(list[str]):
    """JSON objects as text; on the wire they are an array of objects."""


def dumps(value: Any, **options: Any) -> str:
    """Return ``value`` as JSON, each `Encoded` list in it as it is.

    A list is a JSON type, so the marks go in first; ``value`` itself stays unchanged.
    """
    found: list[str] = []
    text = json.dumps(_marked(value, found), **options)
    for entries in found:
        text = text.replace(f'"{_MARK}"', entries, 1)
    return text


def _marked(value: Any, found: list[str]) -> Any:
    """Return ``value`` with a mark for each `Encoded` list, whose text goes to ``found``."""
    if isinstance(value, Encoded):
        found.append(f"[{','.join(value)}]")
        return _MARK
    if isinstance(value, dict):
        return {key: _marked(item, found) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_marked(item, found) for item in value]
    return value
