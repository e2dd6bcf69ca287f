"""What the query field suggests while somebody types."""

from datetime import date
from typing import Any

from auth.pages.locale import viewer_zone
from dashboard.query.language.filter import Filter
from dashboard.query.language.filters import FILTERS
from models.clock import now


def vocabulary() -> list[dict[str, Any]]:
    """Return each filter with a few words on it and the values worth suggesting."""
    today = now().astimezone(viewer_zone()).date()
    return [_suggestion(known, today) for known in FILTERS.values()]


def _suggestion(known: Filter, today: date) -> dict[str, Any]:
    values = [*map(str, known.words), *(known.suggests(today) if known.suggests else ())]
    return {"name": known.name, "hint": str(known.hint), "values": values}
