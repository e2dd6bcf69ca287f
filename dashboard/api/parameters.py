"""What a program asks for, read strictly: what is misspelt is told, never ignored."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from dashboard.api.refused import BadParameter
from dashboard.log.recorder import name_refs
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.errors import QueryError, shown
from dashboard.query.language.filter import Branch
from dashboard.query.language.selection import read_selection
from models.clock import now

#: Entries of one answer, at most and unless told.
MAX_ENTRIES, USUAL_ENTRIES = 1000, 100
#: Seconds that an answer is held at most.
LONGEST_WAIT = 30
#: Characters of an epoch.
MAX_EPOCH = 64
_LARGEST = 2**63 - 1
_SELECTING = ("q", "from", "to", "tz")
_NAMES = ("after", "limit", "wait", "epoch", *_SELECTING)
_DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Wish:
    """Entries after a cursor, the oldest if that is None; ``branches`` are what they must meet, if any."""

    after: int | None
    limit: int
    wait: int
    epoch: str | None
    branches: list[Branch] | None


def read_wish(given: MultiDict[str, str]) -> Wish:
    """Return what the parameters of an address ask for; raises `BadParameter`."""
    only(given, _NAMES)
    return Wish(
        after=_number(given, "after", 0, _LARGEST),
        limit=_number(given, "limit", 1, MAX_ENTRIES) or USUAL_ENTRIES,
        wait=_number(given, "wait", 0, LONGEST_WAIT) or 0,
        epoch=_epoch(given.get("epoch", "")),
        branches=_branches(given),
    )


def only(given: MultiDict[str, str], known: Collection[str]) -> None:
    """Raise `BadParameter` for a parameter that is not known, or given twice."""
    for name in given:
        if name not in known:
            there = f"There is {', '.join(known)}." if known else "There are none here."
            raise BadParameter(shown(name), f"There is no such parameter. {there}")
        if len(given.getlist(name)) > 1:
            raise BadParameter(name, "It is given more than once.")


def _number(given: MultiDict[str, str], name: str, least: int, most: int) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not _DIGITS.fullmatch(text) or not least <= int(text) <= most:
        raise BadParameter(name, f"“{shown(text)}” is not a whole number from {least} to {most}.")
    return int(text)


def _epoch(text: str) -> str | None:
    if len(text) > MAX_EPOCH:
        raise BadParameter("epoch", f"An epoch has at most {MAX_EPOCH} characters.")
    return text or None


def _branches(given: MultiDict[str, str]) -> list[Branch] | None:
    """Return the conditions of the entries that are asked for, None when that is all of them."""
    asked = {name: given[name] for name in _SELECTING if name in given}
    try:
        selection = read_selection(asked, _UTC, now(), name_refs)
    except QueryError as error:
        raise BadParameter(error.field, str(error)) from None
    branches = compile_selection(selection)
    return None if branches == [[]] else branches
