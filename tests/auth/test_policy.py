# ruff: noqa: RUF001 - characters that look alike are the point
"""Which names and passwords may be chosen, and how people are found by what they type."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import update

from auth.attempts import Credentials, Refused
from auth.events import Client
from auth.factors.breached import BadList, check_list
from auth.factors.passwords import check_password, hash_password, verify_password
from auth.policy import Unfit, fit_chosen_name, fit_password, fit_username, lookup_keys
from auth.service import authenticate
from models import User, write_transaction
from tests.support.actions import make_user

COMMON = ["correct horse", "tulips at dawn", "quite another one"]


@pytest.fixture(autouse=True)
def site() -> Iterator[Flask]:
    """An app that is known under an address."""
    app = Flask(__name__)
    app.config["PUBLIC_URL"] = "https://books.example.org"
    with app.app_context():
        yield app


@pytest.mark.parametrize(
    "name",
    [
        *("operator", "OPERATOR", "erased-999", "Erased-1-ab", "admin", "system", "root"),
        *("ADMIN", "admIn", "ADMlN", "SECURITY", "adm\u1d35n", "\u1d07rased-7", "admin.", "ad-min"),
        *("a\u0332dmin", "admin\u02bc"),
    ],
)
def test_reserved_names_are_for_nobody(name: str) -> None:
    with pytest.raises(Unfit, match="reserved"):
        fit_chosen_name(name)


def test_the_operator_may_give_an_admin_their_name() -> None:
    assert fit_username("admin") == "admin"
    with pytest.raises(Unfit, match="reserved"):
        fit_username("erased-7")


@pytest.mark.parametrize(
    "password",
    [
        *(
            "Gatehouse1",
            "gatehouse!!!",
            "GATEHOUSE2026",
            "12gatehouse34",
            "books.example.org",
            "Example2024!",
        ),
        *(
            "Summer2026!",
            "winter2025",
            "Autumn 2024",
            "März2026!!",
            "october26",
            "Sommer2026",
            "December-1999",
            "Summer_2026",
            "2026Summer",
            "2026年3月!!",
            "三月2026!!",
        ),
        *("margarete", "Margarete99!", "margarete@example.com", "Rosenthal1", "m.rosenthal@mail.example"),
    ],
)
def test_what_follows_from_where_it_is_used_is_refused(password: str) -> None:
    with pytest.raises(Unfit, match="too easy to guess"):
        fit_password(password, "Margarete", "m.rosenthal@mail.example" if "osenthal" in password else None)


def test_a_name_of_two_letters_counts_too() -> None:
    with pytest.raises(Unfit, match="too easy to guess"):
        fit_password("李娜123456", "李娜")


@pytest.mark.parametrize(
    "password", [*COMMON, "gatehouse of cards", "summer in 2026 was wet", "margarete reads books"]
)
def test_a_sentence_with_such_a_word_is_not(password: str) -> None:
    assert fit_password(password, "Margarete", None) == password


@pytest.mark.parametrize("form", ["plain", "hashes", "counted hashes", "lower case"])
def test_a_password_of_a_breach_is_refused(site: Flask, tmp_path: Path, form: str) -> None:
    known = [f"the password number {number}" for number in range(500)]
    lines = sorted(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() for word in known)
    made = {
        "plain": known,
        "hashes": lines,
        "counted hashes": [f"{line}:{number}" for number, line in enumerate(lines)],
        "lower case": [line.lower() for line in lines],
    }
    (tmp_path / "list").write_text("\n".join(made[form]) + "\n")
    site.config["BREACHED_PASSWORDS"] = check_list(tmp_path / "list")
    for word in known:
        with pytest.raises(Unfit, match="data breach"):
            fit_password(word)
    for word in COMMON:
        assert fit_password(word) == word


def test_a_list_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(BadList, match="cannot be read"):
            check_list(path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Pässwörter für alle", "Pa\u0308sswo\u0308rter fu\u0308r alle"),
        ("a wide space", "a\u00a0wide\u3000space"),
    ],
)
def test_a_password_does_not_depend_on_the_keyboard(one: str, other: str) -> None:
    assert verify_password(hash_password(one), other)
    assert verify_password(hash_password(other), one)


def test_what_is_wide_or_of_another_case_is_another_password() -> None:
    stored = hash_password("correct horse")
    assert not verify_password(stored, "Correct horse")
    assert not verify_password(stored, "ｃorrect horse")


def test_an_old_hash_is_taken_and_made_anew() -> None:
    typed = "Pa\u0308sswo\u0308rter"
    old = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(typed)
    matches, renewed = check_password(old, typed)
    assert matches
    assert renewed
    assert check_password(renewed, typed) == (True, None)
    assert check_password(renewed, "Pässwörter") == (True, None)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")
    assert check_password(weak, "correct horse")[1]


@pytest.mark.parametrize("typed", ["correct horse", "Pa\u0308sswo\u0308rter"])
def test_nobody_s_password_takes_as_many_tries(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = list[str]()
    verify = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *args: tries.append("") or verify(*args))
    verify_password(None, typed)
    of_nobody = len(tries)
    verify_password(hash_password("another"), typed)
    assert len(tries) == 2 * of_nobody


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("ALICE@EXAMPLE.ORG", "alice@example.org"),
        ("zoë@xn--bcher-kva.example", "zoë@bücher.example"),
        ("ａｌｉｃｅ", "alice"),
        ("al\u200dice", "alice"),
    ],
)
def test_people_are_found_by_what_they_type(typed: str, key: str) -> None:
    assert key in lookup_keys(typed)


def test_a_renewed_hash_is_stored_with_the_sign_in(app: Flask) -> None:
    typed = "Pa\u0308sswo\u0308rter"
    old = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(typed)
    user = make_user("zoe", password_hash=old)
    assert not isinstance(authenticate(Credentials("zoe", typed), Client()), Refused)
    assert not isinstance(authenticate(Credentials("zoe", "Pässwörter"), Client()), Refused)
    assert user.password_hash == old


def test_accounts_of_before_whose_keys_would_collide_both_sign_in(app: Flask) -> None:
    make_user("admin")
    other = make_user("other", password_hash=hash_password("tulips at dawn"))
    before = {"username": "ad\u034fmin", "username_key": "ad\u034fmin"}
    write_transaction(lambda session: session.execute(update(User).where(User.id == other.id).values(before)))
    found = authenticate(Credentials("ad\u034fmin", "tulips at dawn"), Client())
    assert not isinstance(found, Refused)
    assert found.user_id == other.id
    assert isinstance(authenticate(Credentials("admin", "tulips at dawn"), Client()), Refused)


def test_a_list_that_went_away_keeps_nobody_out(
    site: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site.config["BREACHED_PASSWORDS"] = tmp_path / "gone"
    assert fit_password("correct horse") == "correct horse"
    assert "BREACHED_PASSWORDS" in caplog.text


@pytest.mark.parametrize("name", ["a" + "\u0301" * 60, "admin\u20e3", "a\u0315\u0300\u0301\u0302\u0303b"])
def test_nobody_hides_below_marks(name: str) -> None:
    with pytest.raises(Unfit, match="letters"):
        fit_username(name)


@pytest.mark.parametrize(
    "name", ["Nguyễn", "José", "हिन्दी", "ภาษาไทย", "محمد", "תַּלְמוּד", "systematic", "rootbeer", "support-team"]
)
def test_names_of_every_script_stay_possible(name: str) -> None:
    assert fit_chosen_name(name) == name
