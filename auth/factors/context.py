"""Passwords that follow from where they are used: name, address, host, product, or a date (ASVS 6.2.11)."""

import re
from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app, has_app_context

from models.names import username_key

OWN_NAME = "gatehouse"
#: Shorter parts of an address or a host are no word of their own.
MIN_WORD = 3
_MONTHS = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli oktober dezember"
)
_SEASONS = "spring summer autumn fall winter frühling fruehling sommer herbst 春 夏 秋 冬 春天 夏天 秋天 冬天"
_TIME = rf"(?:{'|'.join((_MONTHS + ' ' + _SEASONS).split())}|[一二三四五六七八九十]{{1,2}}月|1?\d月)"
_YEAR = r"(?:19|20)?\d\d年?"
_DATE = re.compile(rf"[\W_]*(?:{_TIME}[\W_]*{_YEAR}|{_YEAR}[\W_]*{_TIME})[\W_]*")
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
#: Words that stand beside a date, or for one.
_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun "
    "christmas easter xmas of the st nd rd th in "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag weihnachten ostern "
    "年 月 日 号 星期 周 新年 春节 圣诞"
)
_TIME_WORDS = frozenset((_MONTHS + " " + _SEASONS + " " + _DAYS).split())
#: Signs that are read as letters, where a letter stands beside them.
_LEET = str.maketrans("4@310$57!", "aaeiosst" + "i")
_SIGN = re.compile(r"(?:(?<=[^\W\d_])|(?<![^\W_]))[4@310$57!](?=[^\W\d_])")
_ORDERS = (("%Y", "%m", "%d"), ("%d", "%m", "%Y"), ("%m", "%d", "%Y"))


def is_guessable(password: str, *words: str | None) -> bool:
    """Whether a password is one of ``words``, the host or the product, digits and signs aside, or a date."""
    key = username_key(password)
    core = _AROUND.sub("", key)
    known = {part for word in (*words, OWN_NAME, _host()) if word for part in _parts(username_key(word))}
    begins = {key, core, key.partition("@")[0]}
    return not begins.isdisjoint(known) or _is_date(key) or _is_made_of(key, known)


def _is_date(key: str) -> bool:
    """Whether a password is a date, in words and numbers or in numbers alone."""
    return bool(_DATE.fullmatch(key)) or _is_numeric_date(key) or _is_made_of(key, set())


def _is_numeric_date(key: str) -> bool:
    numbers = re.findall(r"\d+", key)
    if re.search(r"[^\W\d_]", key) or not numbers:
        return False
    if len(numbers) == 1 and len(numbers[0]) == 8:
        return any(_tells_day(numbers[0], "".join(order)) for order in _ORDERS)
    forms = (
        "-".join(order) for order in (*_ORDERS, *([part.lower() for part in order] for order in _ORDERS))
    )
    return len(numbers) == 3 and any(_tells_day("-".join(numbers), form) for form in forms)


def _tells_day(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - it is a day
    except ValueError:
        return False
    return True


def _is_made_of(key: str, known: set[str]) -> bool:
    """Whether a password's letters are ``known`` words and words of dates, with digits or something known."""
    own = {letters for word in known if len(letters := _letters_of(word)) >= MIN_WORD}
    for text in (key, _SIGN.sub(lambda sign: sign[0].translate(_LEET), key)):
        letters = _letters_of(text)
        if letters and _divides(letters, own | _TIME_WORDS):
            return bool(re.search(r"\d", text)) or any(word in letters for word in own)
    return False


def _letters_of(text: str) -> str:
    return "".join(char for char in text if char.isalpha())


def _divides(text: str, words: Collection[str]) -> bool:
    """Whether ``text`` is words after words, nothing between them."""
    ends = {0}
    for at in range(len(text)):
        if at in ends:
            ends |= {at + len(word) for word in words if text.startswith(word, at)}
    return len(text) in ends


def _parts(word: str) -> set[str]:
    """Return a word, the parts of an address or a host, and all that without signs and digits around."""
    parts = {part for part in re.split(r"[@.]", word) if len(part) >= MIN_WORD}
    whole = {word, word.partition("@")[0], *parts}
    return {part for found in whole for part in (found, _AROUND.sub("", found)) if part}


def _host() -> str | None:
    address = current_app.config.get("PUBLIC_URL") if has_app_context() else None
    return urlsplit(address).hostname if address else None
