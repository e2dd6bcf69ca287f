"""What a program asks for is understood, or refused by name; nothing is ignored."""

import pytest

from dashboard.api.parameters import LONGEST_WAIT, MAX_ENTRIES
from tests.support.tokens import Program, bearer

NUMBERS = [
    "",
    " 1",
    "-1",
    "+1",
    "1e3",
    "0x1",
    "1.0",
    "1_0",
    "٣",
    "NaN",
    str(10**30),
    "9" * 10_000,
    "\x00",
    "null",
]


@pytest.mark.parametrize("name", ["after", "limit", "wait"])
@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_one_or_is_named(program: Program, name: str, text: str) -> None:
    answer = program.get(**{name: text})
    assert answer.status_code == 400
    assert list(answer.json["errors"]) == [name]
    assert len(answer.json["detail"]) < 200


@pytest.mark.parametrize(
    ("name", "text"), [("limit", 0), ("limit", MAX_ENTRIES + 1), ("wait", LONGEST_WAIT + 1), ("after", 2**63)]
)
def test_a_number_beyond_its_bounds_is_named(program: Program, name: str, text: int) -> None:
    assert list(program.get(**{name: text}).json["errors"]) == [name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(
            ("q", text)
            for text in (
                "nope:1",
                "user:",
                "a OR b",
                '"',
                "\x00",
                "x" * 801,
                "outcome:failure -outcome:failure",
            )
        ),
        *(("from", text) for text in ("yesterday", "2026-13-45T99", "9" * 50, "0001-01-01")),
        *(("to", text) for text in ("x", "10000-01-01")),
        *(("tz", text) for text in ("Mars/Olympus", "../../etc/passwd", "x" * 9000)),
        ("epoch", "x" * 65),
    ],
)
def test_a_bad_value_is_told_with_its_name(program: Program, name: str, text: str) -> None:
    answer = program.get(**{name: text})
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert list(answer.json["errors"]) == [name]


def test_what_there_is_not_is_named(program: Program) -> None:
    answer = program.get(access_token="gh_secret", q="")
    assert list(answer.json["errors"]) == ["access_token"]
    assert "secret" not in answer.text
    for page in ("checkpoint", "openapi.json", "entries/00000000-0000-0000-0000-000000000001"):
        assert program.get(page, limit=1).status_code == 400


def test_what_is_given_twice_is_named(program: Program) -> None:
    answer = program.client.get("/api/v1/entries?after=0&after=1", headers=bearer(program.token))
    assert list(answer.json["errors"]) == ["after"]  # type: ignore[index]


def test_empty_words_are_none(program: Program, book: int) -> None:
    assert program.seqs(**{"q": "", "from": "", "to": "", "tz": "", "epoch": ""}) == (
        [*range(1, book + 1)],
        book,
    )


def test_numbers_may_begin_with_zeros(program: Program, book: int) -> None:
    assert program.seqs(after="0007") == ([8, 9], 9)
