"""The addresses of the list: each state of the page is one, made of its parameters."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote_plus, urlencode
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from dashboard.query.language.filters import FILTERS
from dashboard.query.language.meant import meant
from dashboard.query.language.parse import parse, written
from dashboard.query.language.selection import Selection
from dashboard.query.reading.pages import LAST_PAGE, Page

#: The parameters that stay from page to page.
KEPT_PARAMETERS = ("q", "from", "to", "tz", "order", "size")
#: What a browser leaves as it is in a query (WHATWG URL), so that addresses stay readable.
_SAFE = "!$'()*,/:;?@"
#: A query that names a day: which day that is, its zone tells.
_HAS_DAY = re.compile(r"(?:^|\s)-?on:")


@dataclass(frozen=True, slots=True)
class Link:
    """A label, where it leads, and whether that is what is shown now."""

    label: str
    href: str
    is_on: bool = False


class ListLinks:
    """Addresses that differ from the present one, ``asked``, in one thing.

    One that names a day also names the zone in which it is a day, so that it means the same to everybody.
    """

    def __init__(self, asked: Mapping[str, str], selection: Selection) -> None:
        self.asked, self.selection, self._list = asked, selection, url_for("logins.index")
        # A page has hundreds of addresses with one filter more, of which many are alike.
        self._narrowed: dict[tuple[str, object], str] = {}
        self._ends: dict[str, tuple[str, str]] = {}

    def chips(self) -> Iterator[Link]:
        """Yield what narrows the list; each leads to the list without it."""
        query = self.selection.query
        for term in query.terms:
            yield Link(str(term), self._to(q=str(query.minus(term))))
        for bound in ("from", "to"):
            if text := self.asked.get(bound):
                yield Link(f"{bound}:{text}", self._to(**{bound: ""}))

    def meant(self) -> Iterator[Link]:
        """Yield what words may have been meant for that were taken for names."""
        query = self.selection.query
        for term, text in meant(query):
            yield Link(text, self._to(q=f"{query.minus(term)} {text}".strip()))

    def presets(self) -> Iterator[Link]:
        """Yield the usual periods, in the place of any other; the last is to choose one freely."""
        today = self.selection.now.astimezone(self.selection.zone).date()
        others = self.selection.query.without(*_time_filters())
        for label, text in (
            (_("Today"), f"on:{today}"),
            (_("24 h"), "since:24h"),
            (_("7 days"), "since:7d"),
            (_("30 days"), "since:30d"),
        ):
            (term,) = parse(text).terms
            is_on = term in self.selection.query.terms
            yield Link(label, self._to(**{"q": f"{others} {text}".strip(), "from": "", "to": ""}), is_on)
        yield Link(_("Custom"), "#from", bool(self.asked.get("from") or self.asked.get("to")))

    def narrowed(self, name: str, value: object) -> str:
        """Return the address of the list with one filter more, in the place of others of its name."""
        if (name, value) not in self._narrowed:
            before, after = self._around(name)
            self._narrowed[name, value] = f"{before}{quote_plus(written(str(value)), safe=_SAFE)}{after}"
        return self._narrowed[name, value]

    def _around(self, name: str) -> tuple[str, str]:
        """Return what stands before and after the value of a filter in such an address."""
        if name not in self._ends:
            others = str(self.selection.query.without(name))
            rest = _query_string(self._kept(q=others) | {"q": ""})
            before = quote_plus(f"{others} {name}:".lstrip(), safe=_SAFE)
            self._ends[name] = f"{self._list}?q={before}", f"&{rest}" if rest else ""
        return self._ends[name]

    def period(self, start: str, end: str) -> str:
        """Return the address of the list with another period."""
        others = self.selection.query.without(*_time_filters())
        return self._to(**{"q": str(others), "from": start, "to": end})

    def entry(self, event_id: UUID) -> str:
        """Return the address of an entry, which leads back here."""
        return f"{self._list}{event_id}{self._here}"

    @cached_property
    def _here(self) -> str:
        return self._asking()

    def exported(self) -> dict[str, str]:
        """Return what the export of the list asks for."""
        parameters = self._kept(tz=self.selection.zone.key)
        return {name: parameters[name] for name in ("q", "from", "to", "tz") if parameters[name]}

    def dated_after(self, start: str) -> str:
        """Return the address of what the list has from ``start`` on."""
        return self._to(**{"from": start})

    def back(self) -> str:
        """Return the address of the list."""
        return self._to()

    def histogram(self) -> str:
        """Return the address of the bars over the list; they are cut by days, whoever asks."""
        return url_for("logins.histogram") + self._asking(tz=self.selection.zone.key)

    def at(self, q: str, after: str, event_id: UUID) -> str:
        """Return the address of the page of the list after a cursor that has an entry on it."""
        zone = self.asked.get("tz") or None
        return url_for("logins.index", q=q or None, tz=zone, after=after or None, _anchor=f"e-{event_id}")

    def sizes(self, sizes: tuple[int, ...], present: int) -> Iterator[Link]:
        """Yield the sizes a page may have."""
        for size in sizes:
            yield Link(str(size), self._to(size=str(size)), size == present)

    def orders(self) -> Iterator[Link]:
        """Yield the two orders an entry may be listed in."""
        is_oldest = self.asked.get("order") == "oldest"
        yield Link(_("Newest first"), self._to(order=""), not is_oldest)
        yield Link(_("Oldest first"), self._to(order="oldest"), is_oldest)

    def pager(self, page: Page) -> dict[str, str | None]:
        """Return the addresses of the other pages by their ``rel``, None where there is none."""
        return {
            "first": self._to() if page.prev else None,
            "prev": self._to(before=page.prev) if page.prev else None,
            "next": self._to(after=page.next) if page.next else None,
            "last": self._to(before=LAST_PAGE) if page.next else None,
        }

    def _to(self, **changes: str) -> str:
        return self._list + self._asking(**changes)

    def _asking(self, **changes: str) -> str:
        parameters = _query_string(self._kept(**changes))
        return f"?{parameters}" if parameters else ""

    def _kept(self, **changes: str) -> dict[str, str]:
        """Return the parameters that stay, with changes; those that name a day name its zone too."""
        parameters = {name: self.asked.get(name, "") for name in KEPT_PARAMETERS} | changes
        if parameters["from"] or parameters["to"] or _HAS_DAY.search(parameters["q"]):
            parameters["tz"] = parameters["tz"] or self.selection.zone.key
        return parameters


def _time_filters() -> list[str]:
    """Return the names of the filters that a period takes the place of."""
    return [name for name, known in FILTERS.items() if known.period]


def _query_string(parameters: Mapping[str, str]) -> str:
    """Return parameters as an address has them, without those that are empty."""
    return urlencode({name: text for name, text in parameters.items() if text}, safe=_SAFE)
