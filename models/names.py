"""User names: what one may be, the key two names are compared by, and what one looks like."""

import re
import unicodedata
from itertools import groupby

import disarm
import idna
from fontTools.unicodedata import script, script_extension

MIN_USERNAME, MAX_USERNAME = 2, 64
#: Characters that are compared. Normalising takes quadratic time: 100,000 accents took twenty seconds.
COMPARED = 1024
#: Unicode's Default_Ignorable_Code_Point: nobody sees them.
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_JOINERS = "\u200c\u200d"
#: Scripts that are written together (UTS 39, highly restrictive), and those of what all scripts share.
_TOGETHER = ({"Latn", "Hani", "Hira", "Kana"}, {"Latn", "Hani", "Bopo"}, {"Latn", "Hani", "Hang"})
_SHARED = {"Zyyy", "Zinh"}
#: Marks and modifier letters, which any name can bear; how many marks one letter may (UTS 39, 5.4).
_SIGNS, MAX_MARKS = {"Mn", "Me", "Lm"}, 4


def username_key(name: str) -> str:
    """Return the key of a name: NFKC_Casefold, without what nobody sees (Unicode 3.13, D146).

    ``Alice``, ``ALICE`` and its full-width form share one key; ``e`` and ``é`` do not. What follows
    1,024 characters does not count: nothing that is kept is as long.
    """
    return former_key(_IGNORABLE.sub("", former_key(name)))


def former_key(name: str) -> str:
    """Return the key of earlier versions, in which what nobody sees counts: NFKC(casefold(NFKC(name)))."""
    folded = unicodedata.normalize("NFKC", name[:COMPARED]).casefold()
    return unicodedata.normalize("NFKC", folded)


def is_username(name: str) -> bool:
    """Whether ``name`` is 2-64 letters or marks of one script, digits or ``. _ -``.

    Joiners may stand where a script needs them (RFC 5892 A.1, A.2), Latin beside Han, Kana or Hangul. No
    mark comes first.
    """
    seen = "".join(char for at, char in enumerate(name) if not _is_joiner(name, at))
    fits = (
        len(name) <= MAX_USERNAME and _is_made_of_letters(seen, MAX_USERNAME) and not _IGNORABLE.search(seen)
    )
    fits = fits and not unicodedata.category(name[0]).startswith("M")  # it would sit on what stands before
    fits = fits and "Me" not in map(unicodedata.category, seen) and _marks_in_row(seen) <= MAX_MARKS
    return fits and _is_made_of_letters(username_key(name), 3 * MAX_USERNAME) and _is_of_one_script(name)


def scripts(name: str) -> set[str]:
    """Return the scripts of a name (ISO 15924); digits and signs of all scripts have none."""
    return {script(char) for char in unicodedata.normalize("NFKC", name[:COMPARED])} - _SHARED


def skeleton(name: str) -> str:
    """Return what a name looks like, in whatever case: names that look alike share it (UTS 39)."""
    return str(disarm.skeleton_key(username_key(name)))[:255]


def looks(name: str) -> set[str]:
    """Return what somebody may read in a name: key, skeletons, and all that without marks and signs."""
    seen = {username_key(name), skeleton(name), str(disarm.skeleton_key(name[:COMPARED]))}
    return seen | {_letters(text) for text in seen}


def begins_username(key: str) -> bool:
    """Whether the `username_key` of some name may begin with ``key``."""
    return len(key) <= 3 * MAX_USERNAME and all(_allowed(char) for char in key)


def masked(name: str) -> str:
    """Return the first character and ``***``: people type passwords into the name field."""
    shown = re.sub(r"[\s\x00-\x1f\x7f-\x9f]", "", name[:COMPARED])
    return f"{shown[:1]}***"


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFD", text)
    return "".join(
        char for char in plain if char not in "._-" and unicodedata.category(char)[:2] not in _SIGNS
    )


def _is_of_one_script(name: str) -> bool:
    found = [script_extension(char) for char in unicodedata.normalize("NFKC", name)]
    bound = [scripts_of for scripts_of in found if not scripts_of & _SHARED]
    alone = [{one} for one in set().union(*bound[:1])]
    return not bound or any(all(of & allowed for of in bound) for allowed in (*_TOGETHER, *alone))


def _is_joiner(name: str, at: int) -> bool:
    """Whether a joiner stands there that the letters around it need."""
    try:
        return name[at] in _JOINERS and idna.core.valid_contextj(name, at)
    except (ValueError, idna.IDNAError):
        return False


def _marks_in_row(text: str) -> int:
    """Return how many marks one letter bears at most."""
    runs = groupby(unicodedata.normalize("NFD", text), key=lambda char: unicodedata.category(char) == "Mn")
    return max((len(list(run)) for is_mark, run in runs if is_mark), default=0)


def _is_made_of_letters(text: str, longest: int) -> bool:
    return MIN_USERNAME <= len(text) <= longest and all(_allowed(char) for char in text)


def _allowed(char: str) -> bool:
    return char in "._-" or unicodedata.category(char)[0] in "LM" or unicodedata.category(char) == "Nd"
