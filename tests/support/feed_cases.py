"""What a feed does that stands at entry 10 of epoch "e": cases for `feed.js` and for our copy of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START = {"epoch": "e", "cursor": 10}


@dataclass(frozen=True)
class FeedCase:
    """Heads and answers that come, and what the feed pulls and shows of them."""

    heads: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    #: What it sends as ``since``.
    pulls: list[dict[str, Any]]
    #: Epoch, cursor to begin with and the entries, for each stream.
    shown: list[tuple[str, int, list[int]]]
    #: What it tells the page.
    said: list[str]


def seqs(spans: list[list[int]]) -> list[int]:
    """Return the numbers of spans, both ends included."""
    return [seq for first, last in spans for seq in range(first, last + 1)]


def _answer(answer: dict[str, Any]) -> dict[str, Any]:
    if answer.get("reset"):
        return answer
    return answer | {"floor": 0, "entries": [{"seq": seq} for seq in seqs(answer["entries"])]}


def _case(case: dict[str, Any]) -> FeedCase:
    return FeedCase(
        heads=[{"epoch": epoch, "head": head} for epoch, head in case["heads"]],
        answers=[_answer(answer) for answer in case["answers"]],
        pulls=[{"epoch": epoch, "cursor": cursor, "limit": 500} for epoch, cursor in case["pulls"]],
        shown=[(epoch, begin, seqs(spans)) for epoch, begin, spans in case["shown"]],
        said=case["said"],
    )


FEED_CASES = {
    name: _case(case) for name, case in json.loads(Path(__file__).with_suffix(".json").read_text()).items()
}
