"""What a filter of the query language is: one record, from which all that knows filters is made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.query.language.terms import Selection, Typed

Condition = ColumnElement[bool]
#: Conditions that must all hold.
Branch = list[Condition]
#: That start <= time < end, in UTC; either may be missing.
TimeRange = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter, such as ``ip:10.0.0.0/8``. Its record in `FILTERS` is all it takes to have one.

    * ``example``: it and a value, as the README and refusals show it;
    * ``hint``: what it finds, in a few words for users;
    * ``read``: makes its value of what was typed, hashable, or raises ``QueryError``;
    * ``holds``: ways in which an entry may have a value, each by an index of its own; no entry has two;
    * ``fails``: the conditions of entries that have not, where these say it better than NOT;
    * ``period``: what a value, negated or not, demands of the time, or None if that is not one stretch;
    * ``words``: the only values there are; ``suggests``: others worth suggesting, on a day of the viewer;
    * ``total``: the column by which the totals know it, if they do.
    """

    name: str
    example: str
    hint: LazyString
    read: Callable[[Typed], Any]
    holds: Callable[[Any, Selection], list[Branch]]
    fails: Callable[[Any, Selection], Branch] | None = None
    period: Callable[[Any, Selection, bool], TimeRange | None] | None = None
    words: Sequence[str] = ()
    suggests: Callable[[date], Sequence[str]] | None = None
    total: InstrumentedAttribute[str] | None = None
