"""Whether this process was told to stop; it answers what is under way, and balancers look elsewhere."""

from flask import Flask

_KEY = "gatehouse.stopping"


def begin_stopping(app: Flask) -> None:
    """Remember that the process stops; safe to call from a signal handler."""
    app.extensions[_KEY] = True


def is_stopping(app: Flask) -> bool:
    """Whether the process was told to stop."""
    return _KEY in app.extensions
