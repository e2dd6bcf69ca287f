"""Names of people who do not exist."""

import unicodedata
from itertools import islice
from random import Random

from dashboard.cli.seeding.names import names
from models.names import is_username, username_key


def test_names_are_unique_valid_and_of_several_scripts() -> None:
    found = list(islice(names(Random(1), set()), 3000))
    assert len({username_key(name.username) for name in found}) == 3000
    assert len({name.email for name in found}) == 3000
    assert all(is_username(name.username) and name.email.isascii() for name in found)
    scripts = {unicodedata.name(name.username[0]).split()[0] for name in found}
    assert {"LATIN", "CJK", "CYRILLIC", "ARABIC"} <= scripts


def test_a_taken_name_is_left_alone() -> None:
    first = next(names(Random(1), set()))
    again = next(names(Random(1), {username_key(first.username)}))
    assert again.username == f"{first.username}2"
