"""What was counted of a signal, as numbers and as the page tells them."""

from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from auth.pages.times import page_time
from dashboard.watch.counts import SPARK_STEP, SignalCounts
from models.clock import from_timestamp


def as_shown(counts: SignalCounts, moment: float) -> dict[str, Any]:
    """Return what was counted of one signal, in seconds and numbers, and as the page tells them."""
    rate, mean, high = counts.rate(moment), counts.mean, counts.percentile(0.99)
    waits = moment - min(counts.waiting, default=moment)
    return {
        "total": counts.total,
        "rate": rate,
        "bars": counts.bars(moment),
        "mean": mean,
        "p99": high,
        "failures": counts.failures,
        "error": counts.error,
        "under_way": len(counts.waiting),
        "sent_at": counts.sent_at or None,
        "shown": {
            "rate": _("%(n)s/s", n=format_decimal(round(rate, 1))),
            "total": format_decimal(counts.total),
            "mean": as_duration(mean) if counts.total else "",
            "p99": as_duration(high) if counts.total else "",
            "failures": format_decimal(counts.failures),
            "error": counts.error,
            "sent": page_time().ago(from_timestamp(counts.sent_at)) if counts.sent_at else _("never"),
            "waits": _("under way for %(time)s", time=as_duration(waits)) if waits > SPARK_STEP else "",
        },
    }


def as_duration(seconds: float) -> str:
    """Return a time as people read it: µs, ms or s."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{format_decimal(float(f'{seconds / size:.3g}'))} {unit}"
    return f"{format_decimal(round(seconds * 1e6))} µs"
