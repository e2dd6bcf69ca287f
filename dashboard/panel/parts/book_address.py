"""The parameters of the list's address, of which each state of the page is made."""

import re
from collections.abc import Mapping
from urllib.parse import quote_plus, urlencode
from zoneinfo import ZoneInfo

#: The parameters that stay from page to page.
KEPT_PARAMETERS = ("q", "from", "to", "tz", "order", "size")
#: What a browser leaves as it is in a query (WHATWG URL), so that addresses stay readable.
_SAFE = "!$'()*,/:;?@"
#: A query that names a day: which day that is, its zone tells.
_HAS_DAY = re.compile(r"(?:^|\s)-?on:")


def kept(asked: Mapping[str, str], zone: ZoneInfo, **changes: str) -> dict[str, str]:
    """Return the parameters that stay, with changes; those that name a day name ``zone`` too."""
    parameters = {name: asked.get(name, "") for name in KEPT_PARAMETERS} | changes
    if parameters["from"] or parameters["to"] or _HAS_DAY.search(parameters["q"]):
        parameters["tz"] = parameters["tz"] or zone.key
    return parameters


def told(parameters: Mapping[str, str]) -> str:
    """Return parameters as an address has them, without those that are empty."""
    return urlencode({name: text for name, text in parameters.items() if text}, safe=_SAFE)


def quoted_part(text: str) -> str:
    """Return a part of a parameter as an address has it."""
    return quote_plus(text, safe=_SAFE)
