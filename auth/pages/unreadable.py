"""Clients whose address a proxy told in a way that nobody can read: their attempts share no count."""

import logging

from flask import current_app

logger = logging.getLogger(__name__)
_KEY = "gatehouse.unreadable"


def note(text: str | None) -> None:
    """Keep that an address could not be read, and warn once."""
    if text and _KEY not in current_app.extensions:
        current_app.extensions[_KEY] = text[:64]
        logger.warning(
            "a client's address cannot be read: %r; check what the proxy sends as X-Forwarded-For", text[:64]
        )


def seen() -> str | None:
    """Return the first address that could not be read in this process, if any."""
    found: str | None = current_app.extensions.get(_KEY)
    return found
