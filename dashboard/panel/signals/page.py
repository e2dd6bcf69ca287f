"""The signals page: each signal, who hears it, how often it is sent and what its receivers cost."""

import time
from inspect import cleandoc
from typing import Any

from blinker import Signal
from flask import Flask, Response, current_app, jsonify
from flask_admin import expose
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from dashboard.monitoring.signal_exchange import counts_of_workers, together
from dashboard.panel.base import PanelView
from dashboard.panel.signals.counts import as_shown
from dashboard.panel.signals.door import door_errors
from dashboard.panel.signals.meanings import MEANINGS
from dashboard.watch.catalogue import BUILT_IN, OURS, name_of, receivers_of
from dashboard.watch.counts import SPARK_BARS, SignalCounts
from dashboard.watch.sends import counters_of


class SignalsPage(PanelView):
    """Signals and their receivers, over all workers."""

    @expose("/")
    def index(self) -> str:
        """Show every signal; `static/panel/signals.js` brings the figures up to date."""
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        groups = [(_("Gatehouse"), OURS), (_("Flask"), BUILT_IN)]
        return self.render(
            "admin/signals.html",
            groups=[(title, [_described(signal, app) for signal in signals]) for title, signals in groups],
            now=_now(app),
            bars=SPARK_BARS,
            door=door_errors(),
        )

    @expose("/data")
    def data(self) -> Response:
        """Return the figures as they are now; ``shown`` has them as the page tells them."""
        return jsonify(_now(current_app._get_current_object()))  # type: ignore[attr-defined]


def _described(signal: Signal, app: Flask) -> dict[str, Any]:
    name = name_of(signal)
    doc = cleandoc(signal.__doc__ or "") if signal in OURS else ""
    return {"name": name, "meaning": MEANINGS[name], "doc": doc, "receivers": receivers_of(signal, app)}


def _now(app: Flask) -> dict[str, Any]:
    """Return how many workers there are, what they counted together, and how that reads."""
    if counters_of(app) is None:
        return {
            "workers": 0,
            "all": True,
            "state": _("SIGNAL_WATCH is off: nothing is counted."),
            "signals": {},
        }
    workers, is_all = counts_of_workers(app)
    moment, sums = time.time(), together(workers)
    return {
        "workers": len(workers),
        "all": is_all,
        "state": _state(len(workers), sums, is_all=is_all),
        "signals": {name: as_shown(counts, moment) for name, counts in sums.items()},
    }


def _state(workers: int, sums: dict[str, SignalCounts], *, is_all: bool) -> str:
    """Return a line on the whole: who was asked, and how much work is open now."""
    if not is_all:
        return _("Redis does not answer: these are the figures of one worker alone.")
    is_open = sums["appcontext-pushed"].total - sums["appcontext-popped"].total
    asked = ngettext("%(num)s worker", "%(num)s workers", workers)
    contexts = _("contexts open now: %(n)s", n=format_decimal(max(0, is_open)))
    return f"{asked} · {contexts}"
