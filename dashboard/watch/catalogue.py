"""Which signals there are, what they are called and who hears them."""

from collections.abc import Iterator
from typing import Any

import flask
from blinker import ANY, Signal
from flask import Flask

from auth.signals import AUTH_SIGNALS, recording_unavailable
from dashboard.signals import entry_recorded, person_erased

#: Flask's own, in the order of a request.
BUILT_IN = (
    flask.appcontext_pushed,
    flask.request_started,
    flask.before_render_template,
    flask.template_rendered,
    flask.message_flashed,
    flask.got_request_exception,
    flask.request_finished,
    flask.request_tearing_down,
    flask.appcontext_tearing_down,
    flask.appcontext_popped,
)
OURS = (*AUTH_SIGNALS, recording_unavailable, entry_recorded, person_erased)


def name_of(signal: Signal) -> str:
    """Return the name of a signal: all of ours and of Flask's have one."""
    return str(getattr(signal, "name", ""))


def receivers_of(signal: Signal, app: Flask) -> list[str]:
    """Return the names of who hears a signal of ``app``, in order of the alphabet: there is no other."""
    return sorted(set(_names(signal, app)))


def _names(signal: Signal, app: Flask) -> Iterator[str]:
    for sender in (ANY, app):
        for receiver in signal.receivers_for(sender):
            yield receiver_name(receiver)


def receiver_name(receiver: Any) -> str:
    """Return where a receiver stands: module and name, its class when it has no name."""
    named = receiver if hasattr(receiver, "__qualname__") else type(receiver)
    return f"{named.__module__}.{named.__qualname__}"
