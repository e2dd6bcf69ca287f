"""Values that are hard to write: what any column of text and any detail may hold."""

from hypothesis import strategies as st

from dashboard.log.recorder import MAX_DETAIL, canonical

NAUGHTY = [
    None,
    "",
    "plain",
    'say "hi"',
    "a,b",
    "a\r\nb",
    "a\nb",
    "\rb",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@x",
    "\tx",
    "back\\slash",
    "\\",
    '\\"',
    "'",
    "100%",
    "%s %(x)s {0}",
    ":name",
    "张伟",
    "𠮷👩‍👩‍👧",
    "\u2028\x7f",
    " spaces ",
    "x;=1+1",
    "x\t=1+1",
    " =1+1",
    "\u00a0=1",
    "\ufeff-1",
    "\u200b@x",
    "\uff1d1",
    "\ufe62" + "1",
    "x" * 500,
]


def texts(length: int) -> st.SearchStrategy[str]:
    """Return naughty texts and any others that a column of ``length`` takes."""
    naughty = [text[:length] for text in NAUGHTY if text is not None]
    return st.sampled_from(naughty) | st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=min(length, 20)
    )


def details() -> st.SearchStrategy[str | None]:
    """Return details as they are stored: nested, with naughty keys and values."""
    plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    values = st.recursive(
        plain | texts(30),
        lambda some: st.lists(some, max_size=2) | st.dictionaries(texts(10), some, max_size=2),
        max_leaves=4,
    )
    found = st.dictionaries(texts(10), values, max_size=3).map(canonical)
    return found.filter(lambda text: text is None or len(text.encode()) <= MAX_DETAIL)
