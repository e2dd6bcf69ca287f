"""Passwords that follow from where they are used, or from the calendar."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from auth.factors.context import is_guessable
from auth.factors.passwords import check_password
from auth.policy import Unfit, fit_length, fit_password


@pytest.fixture(autouse=True)
def site() -> Iterator[Flask]:
    """An app without an address."""
    app = Flask(__name__)
    with app.app_context():
        yield app


@pytest.mark.parametrize(
    "password",
    [
        *("24.12.2026", "2026-12-24", "24122026", "20261224", "12/24/2026", "30Nov2026", "2026Nov30!"),
        *("30-November-2026", "Monday2026", "Christmas2026", "Summer-of-2026", "2026年11月30日"),
    ],
)
def test_a_date_is_guessed(password: str) -> None:
    assert is_guessable(password, "alice")


@pytest.mark.parametrize(
    "password",
    [
        *("alice-alice", "4lice2026!", "Al1ce-al1ce", "gate-house-1", "Gate House 2026"),
        *("gatehouse2026gatehouse", "Gatehouse-alice", "G4tehouse!", "Alice.Summer"),
    ],
)
def test_names_in_any_dress_are_guessed(password: str) -> None:
    assert is_guessable(password, "alice")


@pytest.mark.parametrize(
    "password",
    [
        *("correct horse battery", "Kestrel-48-meadow", "summer rain 2026", "alice in wonderland"),
        *("94712853", "malice4life", "99.99.2026", "tr0ub4dor&3", "a" * 1000),
    ],
)
def test_what_says_more_is_not(password: str) -> None:
    assert not is_guessable(password, "alice", "a", "aa")


def test_what_is_hashed_is_what_is_looked_at(site: Flask, tmp_path: Path) -> None:
    known = "Pässwörter für alle"
    site.config["BREACHED_PASSWORDS"] = tmp_path / "known.txt"
    (tmp_path / "known.txt").write_text(f"{known}\n", "utf-8")
    for form in (known, unicodedata.normalize("NFD", known), known.replace(" ", "\u00a0")):
        with pytest.raises(Unfit, match="breach"):
            fit_password(form)


def test_three_letters_are_three_however_they_are_typed() -> None:
    typed = unicodedata.normalize("NFD", "ệǘṩ")
    assert len(typed) == 9
    with pytest.raises(Unfit, match="at least 8"):
        fit_length(typed)


@pytest.mark.parametrize("stored", ["ü", "", "$argon2id$", "\ud800"])
def test_what_is_no_hash_matches_nothing(stored: str) -> None:
    assert check_password(stored, "correct horse") == (False, None)
