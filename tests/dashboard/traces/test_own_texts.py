"""A text is kept when it is one of ours, as the source has it, and never with what was filled in."""

import pytest

from dashboard.traces.own_texts import MAX_TEXTS, OwnTexts, own_texts, without_fillings
from tests.support.servers.gatehouse import ROOT

FOLDER = ROOT / "dashboard" / "translations"


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ("Wrong user name or password.", ["Wrong user name or password."]),
        ("用户名或密码错误。", ["Wrong user name or password."]),
        ("Too many attempts. Try again in 7 seconds.", ["Too many attempts. Try again in %(n)s seconds."]),
        ("Too many attempts. Try again in 9 minutes.", ["Too many attempts. Try again in %(n)s minutes."]),
        ("“hunter2” is not a day such as 2026-11-22.", ["“%(value)s” is not a day such as 2026-11-22."]),
        (
            "Not possible right now. Nothing was changed. Try again in a minute.",
            ["Not possible right now", "Nothing was changed. Try again in a minute."],
        ),
        ("hunter2", []),
        ("", []),
        ("hunter2. hunter3", []),
        ("Wrong user name or password", []),
        ("wrong user name or password. hunter2", []),
        ("Something went wrong. hunter2", ["Something went wrong"]),
    ],
)
def test_only_ours_are_kept(shown: str, kept: list[str]) -> None:
    assert own_texts(FOLDER).of([shown]) == kept
    assert "hunter" not in str(kept)


def test_each_is_kept_once_and_not_too_many() -> None:
    texts = OwnTexts((str(number), str(number)) for number in range(20))
    assert texts.of(["1", "1", "2", "x"]) == ["1", "2"]
    assert len(texts.of(map(str, range(20)))) == MAX_TEXTS


def test_the_most_telling_text_is_taken() -> None:
    texts = OwnTexts([("%(a)s %(b)s", "%(a)s %(b)s"), ("Hello %(a)s", "Hello %(a)s")])
    assert texts.of(["Hello you"]) == ["Hello %(a)s"]


def test_a_long_text_ends() -> None:
    assert own_texts(FOLDER).of([". " * 5000]) == []


def test_what_is_filled_in_is_an_ellipsis() -> None:
    assert without_fillings("Try again in %(n)s minutes.") == "Try again in … minutes."
