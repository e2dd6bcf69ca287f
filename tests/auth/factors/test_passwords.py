# ruff: noqa: RUF001 - letters of other scripts belong into passwords
"""Passwords: how they are kept and which are refused."""

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from hypothesis import given
from hypothesis import strategies as st

from auth.factors import passwords, weakness
from auth.factors.passwords import hash_password, is_too_long, verify_password
from auth.factors.weakness import is_common


@pytest.mark.parametrize("password", ["correct horse", "пароль", "a\x00b", " x ", "😀" * 8, ""])
def test_the_password_that_made_a_hash_is_right(password: str) -> None:
    assert verify_password(hash_password(password), password)


def test_another_password_is_wrong() -> None:
    stored = hash_password("correct horse")
    assert not any(
        verify_password(stored, wrong) for wrong in ("Correct horse", "correct horse ", "", "\x00")
    )


def test_hashes_are_argon2id_as_asvs_asks() -> None:
    parameters = extract_parameters(hash_password("x"))
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19 * 1024, 2, 1)


def test_equal_passwords_have_different_hashes() -> None:
    assert hash_password("x") != hash_password("x")


@pytest.mark.parametrize("stored", ["", "nonsense", "$argon2id$v=19$m=1,t=1,p=1$c2FsdHNhbHQ$", "sha256$x"])
def test_a_damaged_hash_lets_nobody_in(stored: str) -> None:
    assert not verify_password(stored, "x")


def test_without_an_account_a_hash_is_computed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    monkeypatch.setattr(PasswordHasher, "verify", lambda _, stored, password: not checked.append(stored))
    assert not verify_password(None, "a password that nobody has")
    assert [extract_parameters(stored).memory_cost for stored in checked] == [19 * 1024]


@pytest.mark.parametrize(
    "password",
    [
        *("password", "PASSWORD", "ｐassword", "12345678", "iloveyou1", "qwertyuiop", "P@ssw0rd", "1qaz2wsx"),
        *("00000000", "88888888", "aaaaaaaa", "87654321", "12341234", "adminadmin", "abcdefgh", "asdfasdf"),
    ],
)
def test_common_passwords_runs_and_repeats_are_known(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize("password", ["correct horse battery", "пароль и ещё", "x7#kQpz!", "k3 w9 " * 20])
def test_others_are_not_common(password: str) -> None:
    assert not is_common(password)


CRAFTED = "[<9[{7!1|#2@$84#3{<!/0561+&|&85+@{$|[8484[6</!2$062%6$!(2!/38&{%+472!7@9"


@pytest.mark.parametrize("password", [CRAFTED, CRAFTED[:24], "4@8({[<3691!|70$5+%2zx5s", "(a" * 500])
def test_only_a_short_start_with_few_readings_is_estimated(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(weakness, "zxcvbn", lambda start: seen.append(start) or {"guesses": 10**9})
    assert not is_common(password)
    assert [start for start in seen if len(start) > 24 or weakness._readings(start) > 64] == []


@pytest.mark.parametrize("password", ["0" * 73, "abcdefghijklmnopqrstuvwxyz" * 3, "password" * 20])
def test_a_long_password_that_begins_easily_is_common(password: str) -> None:
    assert is_common(password)


@given(st.text(max_size=100))
def test_any_text_may_be_asked_about(password: str) -> None:
    assert is_common(password) in (True, False)


@given(st.text())
def test_length_counts_bytes(password: str) -> None:
    assert is_too_long(password * 300) == (len(password.encode()) * 300 > 1024)


def test_a_kibibyte_is_just_short_enough() -> None:
    assert not is_too_long("a" * 1024)
    assert is_too_long("a" * 1025)
    assert is_too_long("é" * 513)
    assert is_too_long("\ud800" * 500)


def test_an_account_without_a_password_takes_as_long_as_an_unknown_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked: list[str] = []
    monkeypatch.setattr(
        passwords._hasher.__class__, "verify", lambda _, stored, __: checked.append(stored) or True
    )
    assert not passwords.verify_password(None, "x")
    assert not passwords.verify_password(None, "x")
    assert checked == [passwords._DUMMY_HASH] * 2
