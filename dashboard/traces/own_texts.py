"""Which texts of ours a page told: what people typed is none of them, so it is never kept.

A text is looked up in the catalogues, in any language, and kept as it stands in the source. What was filled
into it is left out.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from babel.messages.mofile import read_mo

#: Texts of one page that are kept, and characters of one: ours are shorter.
MAX_TEXTS, LONGEST_TEXT = 5, 400
_FILLED = re.compile(r"%\(\w+\)[sd]")


class OwnTexts:
    """All texts of ours by what they look like on a page."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        """``texts`` are the texts of the source and what each is in some language."""
        self._plain: dict[str, str] = {}
        self._filled: list[tuple[re.Pattern[str], str]] = []
        for source, text in sorted(texts, key=lambda pair: -len(_FILLED.sub("", pair[1]))):
            if _FILLED.search(text):
                self._filled.append((_pattern(text), source))
            else:
                self._plain.setdefault(text, source)

    def of(self, shown: Iterable[str]) -> list[str]:
        """Return those of ours, each once, as the source has them."""
        sources = (self._sources(text) for text in shown if len(text) <= LONGEST_TEXT)
        return list(dict.fromkeys(chain.from_iterable(sources)))[:MAX_TEXTS]

    def _sources(self, text: str) -> list[str]:
        """Return the text of the source; one that only joins others is these."""
        if text in self._plain:
            return [self._plain[text]]
        for pattern, source in self._filled:
            if found := pattern.fullmatch(text):
                parts = [self._plain[part] for part in found.groups() if part in self._plain]
                return [source] if re.search(r"\w", _FILLED.sub("", source)) else parts
        return []


def without_fillings(text: str) -> str:
    """Return a text with an ellipsis where something is filled in."""
    return _FILLED.sub("…", text)


@cache
def own_texts(folder: Path) -> OwnTexts:
    """Return the texts of the catalogues in a folder, and of the source itself."""
    return OwnTexts(set(_texts(folder)))


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.glob("*/LC_MESSAGES/messages.mo"):
        with path.open("rb") as file:
            pairs = [(message.id, message.string) for message in read_mo(file)]
        for source, text in pairs:
            if source and isinstance(source, str) and isinstance(text, str):
                yield from ((source, source), (source, text))


def _pattern(text: str) -> re.Pattern[str]:
    parts = map(re.escape, _FILLED.split(text))
    return re.compile("(.+?)".join(parts), re.DOTALL)
