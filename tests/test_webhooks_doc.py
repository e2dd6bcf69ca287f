"""docs/webhooks.md is true: its example verifies what is sent, and only that."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from dashboard.followers.webhooks import manage, outbox, retries, run
from dashboard.followers.webhooks.forgetting import KEPT_FOR
from dashboard.followers.webhooks.sending import post
from tests.dashboard.followers.webhooks.hook import hooked, open_site, secret_of, sign_ins
from tests.dashboard.followers.webhooks.hook import run as deliver
from tests.support.servers.gatehouse import ROOT
from tests.support.servers.receiver import receiving

TEXT = (ROOT / "docs" / "webhooks.md").read_text()
(EXAMPLE,) = re.findall(r"^```python verify\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture
def is_genuine() -> Callable[..., bool]:
    """The function of the example."""
    names: dict[str, Any] = {}
    exec(compile(EXAMPLE, "docs/webhooks.md", "exec"), names)
    found: Callable[..., bool] = names["is_genuine"]
    return found


def test_it_is_ten_lines() -> None:
    assert len([line for line in EXAMPLE.splitlines() if line.strip()]) <= 10


def test_it_accepts_what_is_sent_and_nothing_else(
    sqlite_app: Flask, sqlite_url: str, is_genuine: Callable[..., bool]
) -> None:
    with open_site(sqlite_url), receiving() as receiver:
        secret = secret_of(hooked(receiver.url))
        sign_ins(1)
        deliver()
    headers, body = receiver.heard[0]
    assert is_genuine(secret, headers, body)
    late = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}
    other = headers | {"webhook-id": "another"}
    assert not is_genuine(secret, headers, body + b" ")
    assert not is_genuine(secret[:-4] + "AAA=", headers, body)
    assert not is_genuine(secret, late, body)
    assert not is_genuine(secret, other, body)


def test_its_figures_are_those_of_the_code() -> None:
    assert post.DEADLINE == 15
    assert (retries.PAUSES[:4], retries.PAUSES[-1]) == ((5, 30, 120, 600), 12 * 3600)
    assert (retries.TRIED_FOR.days, retries.SICK_AFTER, retries.LONGEST_REST) == (3, 3, 60)
    assert (manage.ROTATION.total_seconds(), KEPT_FOR.days) == (24 * 3600, 30)
    assert (run.HELPERS_EACH, outbox.MAX_UNDELIVERED) == (7, 10_000)
    assert (post.MAX_ANSWER, post.ANSWER_KEPT) == (64 * 1024, 200)


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
