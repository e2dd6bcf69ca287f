"""Ways on from one entry: what happened around it, in the whole book or of one kind."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from flask import request
from flask_babel import gettext as _
from sqlalchemy import select

from auth.pages.locale import viewer_zone
from dashboard.panel.parts.list_links import Link, ListLinks
from dashboard.panel.parts.listing import is_read_newest_first, read_size, selection_of
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.errors import QueryError
from dashboard.query.language.parse import written
from dashboard.query.reading.keyset import Keyset
from dashboard.query.reading.pages import cursor
from dashboard.query.reading.range_scan import POSITION
from models import LoginLog, db

#: Newer entries that are shown above the one in question.
ABOVE = 10


def links_from(parameters: Mapping[str, str]) -> ListLinks:
    """Return the addresses that lead on from the list an entry was opened from.

    A list that cannot be read is the whole book.
    """
    try:
        read_size(parameters), is_read_newest_first(parameters)
        return ListLinks(parameters, selection_of(parameters))
    except QueryError:
        return whole_log()


def whole_log() -> ListLinks:
    """Return the addresses that lead on from the book without any filter, in the zone of the page."""
    zone = viewer_zone()
    parameters = {"tz": zone.key} if "tz" in request.args else {}
    return ListLinks(parameters, selection_of(parameters))


def related(entry: LoginLog, links: ListLinks) -> Iterator[Link]:
    """Yield links to the pages of the book on which ``entry`` has what happened around it."""
    yield Link(_("All entries around it"), _page(entry, links, ""))
    if entry.user_id and entry.username:
        with suppress(QueryError):  # a name that somebody else put there may be none
            yield Link(_("Same user"), _page(entry, links, f"user:{written(str(entry.username))}"))
    if entry.ip:
        yield Link(_("Same address"), _page(entry, links, f"ip:{entry.ip}"))
    if entry.session_ref:
        yield Link(_("Same session"), _page(entry, links, f"session:{entry.session_ref}"))


def _page(entry: LoginLog, links: ListLinks, q: str) -> str:
    keyset = Keyset(select(*POSITION), compile_selection(selection_of({"q": q})))
    newer = keyset.rows(db.session(), (entry.occurred_at, entry.id), ABOVE + 1, descending=False)
    after = cursor((newer[ABOVE].occurred_at, newer[ABOVE].id)) if len(newer) > ABOVE else ""
    return links.at(q, after, entry.event_id)
