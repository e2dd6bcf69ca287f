"""Our copy of the live page's feed does what `feed.js` does: both go through the same cases."""

import pytest

from tests.support.feed import Feed
from tests.support.feed_cases import FEED_CASES, START, FeedCase


@pytest.mark.parametrize("case", FEED_CASES.values(), ids=FEED_CASES)
def test_it_pulls_and_shows_what_the_page_s_does(case: FeedCase) -> None:
    feed = Feed(**START)  # type: ignore[arg-type]
    for head in case.heads:
        feed.announced(head)
    answers, pulls = list(case.answers), []
    while feed.is_behind:
        pulls.append(feed.wish())
        feed.take(answers.pop(0))
    assert pulls == case.pulls
    assert [(s.epoch, s.begin, [entry["seq"] for entry in s.entries]) for s in feed.shown] == case.shown
    assert answers == []
