"""What the page of the book's list shows."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from auth.pages.locale import viewer_zone
from dashboard.log.recorder import name_refs
from dashboard.panel.parts.list_links import ListLinks
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.errors import QueryError
from dashboard.query.language.selection import Selection, read_selection
from dashboard.query.reading.budget import Budget
from dashboard.query.reading.count import SECONDS, Count, count
from dashboard.query.reading.keyset import Keyset
from dashboard.query.reading.pages import Page, Pages
from models import LoginLog, db
from models.clock import now

SIZES = (20, 50, 100)
#: Matches are counted up to here, which takes milliseconds; a whole count may take seconds.
COUNTED = 10_000
_SHOWN = [
    LoginLog.__table__.c[name]
    for name in (
        *("id", "event_id", "occurred_at", "action", "outcome", "reason", "user_id", "username"),
        *("actor_name", "ip", "user_agent", "browser", "os", "session_ref", "new_device"),
    )
]


def listing(parameters: Mapping[str, str]) -> dict[str, Any]:
    """Read the entries that an address asks for, and the addresses that lead on from there.

    Raises ``QueryError`` naming the parameter that is wrong.
    """
    size, is_newest_first = read_size(parameters), is_read_newest_first(parameters)
    selection = selection_of(parameters)
    keyset = keyset_of(selection)
    page = Pages(db.session(), keyset, size, is_newest_first).read(
        after=parameters.get("after", ""), before=parameters.get("before", "")
    )
    links = ListLinks(parameters, selection)
    return {
        "page": page,
        "total": _total(keyset, page),
        "links": links,
        "sizes": list(links.sizes(SIZES, size)),
        "pager": links.pager(page),
    }


def selection_of(parameters: Mapping[str, str]) -> Selection:
    """Return what an address asks for, now and in the viewer's zone; raises ``QueryError``."""
    return read_selection(parameters, viewer_zone(), now(), name_refs)


def keyset_of(selection: Selection) -> Keyset:
    """Return the entries of a selection with the columns that a row shows."""
    return Keyset(select(*_SHOWN), compile_selection(selection))


def _total(keyset: Keyset, page: Page) -> Count:
    seen = len(page.entries)
    if page.is_all:
        return Count(seen, is_exact=True)
    return count(db.session(), keyset, COUNTED, Budget(SECONDS)).at_least(seen)


def read_size(parameters: Mapping[str, str]) -> int:
    """Return how many entries a page has."""
    text = parameters.get("size", "50")
    if text not in map(str, SIZES):
        raise QueryError("A page has 20, 50 or 100 entries.", field="size")
    return int(text)


def is_read_newest_first(parameters: Mapping[str, str]) -> bool:
    """Return the order in which entries are listed."""
    text = parameters.get("order", "newest")
    if text not in ("newest", "oldest", ""):
        raise QueryError("Entries are listed newest or oldest first.", field="order")
    return text != "oldest"
