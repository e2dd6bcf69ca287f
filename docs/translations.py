"""Brings the catalogues up to date: ``python -m docs.translations``.

Extracts every text for users from code and templates, merges it into each catalogue and
compiles it. What is new stands untranslated at the end of the run's output; a test fails
until it is translated.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "dashboard" / "translations"
LOCALES = ("zh",)
METHODS = [("auth/**.py", "python"), ("dashboard/**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = dict.fromkeys(("_", "_l", "gettext", "lazy_gettext", "QueryError", "Unfit")) | {"ngettext": (1, 2)}


def extracted() -> Catalog:
    """Return a catalogue of all texts for users, untranslated."""
    catalogue = Catalog(project="Gatehouse", charset="utf-8")
    found = extract_from_dir(ROOT, METHODS, keywords=KEYWORDS, directory_filter=_is_ours)
    for file, _line, message, _comments, context in found:
        catalogue.add(message, locations=[(file, 0)], context=context)
    return catalogue


def path(locale: str) -> Path:
    """Return where a locale's catalogue is."""
    return CATALOGUES / locale / "LC_MESSAGES" / "messages.po"


def load(locale: str) -> Catalog:
    """Read a locale's catalogue."""
    with path(locale).open("rb") as file:
        return read_po(file, locale=locale)


def gaps(catalogue: Catalog) -> Iterator[str]:
    """Yield the texts of a catalogue that lack a translation, or have a doubtful one."""
    for message in catalogue:
        texts = message.string if isinstance(message.string, tuple | list) else [message.string]
        if message.id and (message.fuzzy or not all(texts)):
            yield str(message.id)


def main() -> None:
    """Merge, write and compile."""
    for locale in LOCALES:
        catalogue = load(locale) if path(locale).exists() else Catalog(locale=locale)
        catalogue.update(extracted(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path(locale).parent.mkdir(parents=True, exist_ok=True)
        with path(locale).open("wb") as file:
            write_po(file, catalogue, include_lineno=False, sort_output=True, width=110)
        with path(locale).with_suffix(".mo").open("wb") as file:
            write_mo(file, load(locale))
        print(f"{locale}: {len(catalogue)} texts, missing:", *gaps(catalogue), sep="\n  ")


def _is_ours(folder: str) -> bool:
    return Path(folder).name not in ("translations", "__pycache__", ".venv", "static")


if __name__ == "__main__":
    main()
