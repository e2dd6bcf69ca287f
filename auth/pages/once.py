"""The key of a form, signed: a double click sends it twice, and it counts once."""

from uuid import UUID

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

#: Seconds for which a form that was shown counts as the same.
MAX_AGE = 24 * 3600


def sign(key: UUID) -> str:
    """Return what stands in the form."""
    return _serializer().dumps(key.hex)


def read(text: str | None) -> UUID | None:
    """Return the key of a form, None when it has none of ours or is too old."""
    try:
        return UUID(_serializer().loads(text or "", max_age=MAX_AGE))
    except (BadData, ValueError, TypeError):
        return None


def _serializer() -> URLSafeTimedSerializer:
    keys = [*(current_app.config.get("SECRET_KEY_FALLBACKS") or ()), current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt="gatehouse once 1")
