"""What the query field suggests while somebody types."""

from typing import Any

from flask_babel import gettext as _

from auth.pages.locale import viewer_zone
from models import Action, Outcome, Reason
from models.clock import now

_BROWSERS = ("Firefox", "Chrome", '"Chrome Mobile"', "Safari", '"Mobile Safari"', "Edge", "Opera")


def vocabulary() -> list[dict[str, Any]]:
    """Return each filter with a few words on it and the values worth suggesting."""
    return [
        _filter("user", _("a name, al* for how it begins, or an e-mail address")),
        _filter("outcome", _("how it ended"), Outcome),
        _filter("action", _("what was attempted"), Action),
        _filter("reason", _("why it failed or ended"), Reason),
        _filter("ip", _("an address or a network such as 10.0.0.0/8")),
        _filter("session", _("the public id of a session")),
        _filter("agent", _("a browser, with or without its version"), _BROWSERS),
        _filter("country", _("two letters, such as DE")),
        _filter("since", _("within the last 30m, 12h or 7d"), ("1h", "24h", "7d", "30d", "90d")),
        _filter("on", _("a day"), (f"{now().astimezone(viewer_zone()):%Y-%m-%d}",)),
    ]


def _filter(name: str, hint: str, values: Any = ()) -> dict[str, Any]:
    return {"name": name, "hint": hint, "values": [str(value) for value in values]}
