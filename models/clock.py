"""The present, from one place."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present, aware, in UTC."""
    return datetime.now(UTC)


def from_timestamp(seconds: float) -> datetime:
    """Return the moment so many seconds after 1970, aware, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
