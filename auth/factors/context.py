"""Passwords that follow from where they are used: name, address, host, product, or a date (ASVS 6.2.11)."""

import re
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


def is_guessable(password: str, *words: str | None) -> bool:
    """Whether a password is one of ``words``, the host or the product, digits and signs aside, or a date."""
    key = username_key(password)
    core = _AROUND.sub("", key)
    known = {part for word in (*words, OWN_NAME, _host()) if word for part in _parts(username_key(word))}
    begins = {key, core, key.partition("@")[0]}
    return not begins.isdisjoint(known) or bool(_DATE.fullmatch(key))


def _parts(word: str) -> set[str]:
    """Return a word, the parts of an address or a host, and all that without signs and digits around."""
    parts = {part for part in re.split(r"[@.]", word) if len(part) >= MIN_WORD}
    whole = {word, word.partition("@")[0], *parts}
    return {part for found in whole for part in (found, _AROUND.sub("", found)) if part}


def _host() -> str | None:
    address = current_app.config.get("PUBLIC_URL") if has_app_context() else None
    return urlsplit(address).hostname if address else None
