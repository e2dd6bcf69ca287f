"""JSON Lines (jsonlines.org): one object a line, UTF-8."""

import json
from collections.abc import Mapping


def json_line(fields: Mapping[str, object]) -> str:
    """Return an object as one line; text is not escaped to ASCII, and what is no JSON becomes text."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"
