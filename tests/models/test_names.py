# ruff: noqa: RUF001 - characters that look alike are the point
"""User names and their keys."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.names import is_username, masked, scripts, skeleton, username_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice", "ALICE"),
        ("ａｌｉｃｅ", "alice"),
        ("José", "Jose\u0301"),
        ("Straße", "STRASSE"),
        ("ΌΔΟΣ", "όδος"),
        ("ﬁona", "FIONA"),
        ("İnci", "i\u0307nci"),
    ],
)
def test_case_width_and_composition_do_not_tell_names_apart(one: str, other: str) -> None:
    assert username_key(one) == username_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("jose", "josé"), ("alice", "alice1"), ("alice", "аlice"), ("a.b", "ab"), ("ли", "лі")]
)
def test_accents_and_scripts_tell_names_apart(one: str, other: str) -> None:
    assert username_key(one) != username_key(other)


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert username_key(username_key(name)) == username_key(name)


@given(st.text(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_a_key_does_not_depend_on_how_a_keyboard_composes(name: str, form: str) -> None:
    assert username_key(unicodedata.normalize(form, name)) == username_key(name)


@pytest.mark.parametrize(
    "name", ["al", "alice.b_c-9", "a" * 64, "Zoë", "李小龙", "משה", "ไก่", "नमस्ते", "٣٤", "𠮷野家"]
)
def test_letters_marks_and_digits_of_any_script_make_a_name(name: str) -> None:
    assert is_username(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "a", "a" * 65, "a b", " alice", "alice ", "a\x00b", "a\nb", "a@b", "a＠b", "<b>x</b>", "😀😀"),
        *("a\u200bb", "a\u202eb", "=cmd", "a/b", "½½", "ﷺ" * 4, "\ud800\ud800", "a'b", "\u00a0\u00a0"),
    ],
)
def test_anything_else_does_not(name: str) -> None:
    assert not is_username(name)


@given(st.text())
def test_what_is_a_name_fits_its_columns(name: str) -> None:
    if is_username(name):
        assert len(name) <= 64
        assert len(username_key(name)) <= 192


@given(st.text(min_size=2, max_size=64))
def test_a_name_never_looks_like_an_address(name: str) -> None:
    assert "@" not in username_key(name) or not is_username(name)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("hunter2", "h***"),
        ("", "***"),
        ("  \t\x00\x7f\u0085x", "x***"),
        ("😀 secret", "😀***"),
        ("***", "****"),
    ],
)
def test_an_unknown_name_keeps_its_first_visible_character(typed: str, shown: str) -> None:
    assert masked(typed) == shown


@given(st.text())
def test_a_mask_shows_no_second_character(typed: str) -> None:
    assert len(masked(typed)) <= 4
    assert masked(typed).endswith("***")


@pytest.mark.parametrize(
    "unseen", ["\u034f", "\ufe0f", "\u180b", "\u3164", "\u200d", "\u00ad", "\U000e0061", "\u115f"]
)
def test_what_nobody_sees_is_in_no_key_and_in_no_name(unseen: str) -> None:
    assert username_key(f"ad{unseen}min") == "admin"
    assert not is_username(f"ad{unseen}min")
    assert not is_username(unseen * 3)


@pytest.mark.parametrize(
    "name", ["аdmin", "раypal", "Ωmega", "ab١٢", "Հello", "ไa", "b𐐬b", "b𐓂b", "b𐊒b", "한ー"]
)
def test_a_name_is_of_one_script(name: str) -> None:
    assert not is_username(name)


@pytest.mark.parametrize(
    "name",
    [
        *("علی\u200cرضا", "محمد", "דוד", "नमस्ते", "क्\u200dष", "ශ්\u200dරී", "தமிழ்", "ಕನ್ನಡ", "ไทยแลนด์", "ລາວ"),
        *("Иван", "Ελένη", "Հայկ", "ქართული", "አማርኛ", "မြန်မာ", "ខ្មែរ", "ᏣᎳᎩ", "ⴰⵣⵓⵍ", "ދިވެހި", "Ñandú"),
        *("東京タワー", "ひらがな", "한국어", "李娜Anna", "x東京", "ㄅㄆㄇ", "anna-한", "o.henry_2"),
    ],
)
def test_real_names_of_every_script_are_names(name: str) -> None:
    assert is_username(name)


@pytest.mark.parametrize(
    "name", ["𐐔𐐯𐑅𐐨𐑉𐐯𐐻", "𞤀𞤣𞤤𞤢𞤥", "ꆈꌠ", "𐓏𐓘𐓻𐓘𐓻𐓟", "𑄌𑄋𑄴𑄟", "ᓄᓇᕗᑦ", "ߒߞߏ", "ꦗꦮ", "ᱥᱟᱱᱛᱟᱲᱤ"]
)
def test_scripts_of_few_are_scripts_too(name: str) -> None:
    assert is_username(name)
    assert len(scripts(name)) == 1
    assert not is_username(f"bob{name}")


@pytest.mark.parametrize("name", ["\u0301\u0301", "\u0301admin", "\u093fक"])
def test_no_name_begins_with_a_mark(name: str) -> None:
    assert not is_username(name)


@pytest.mark.parametrize("name", ["ali\u200creza", "\u200cعلی", "a\u200d", "क\u200d\u200d"])
def test_a_joiner_stands_where_a_script_needs_it_only(name: str) -> None:
    assert not is_username(name)


@pytest.mark.parametrize(("one", "other"), [("paypal", "раураӏ"), ("scope", "ѕсоре"), ("oma", "ома")])
def test_what_looks_alike_has_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)
    assert scripts(one) != scripts(other)
