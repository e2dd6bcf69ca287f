"""Every text for users stands in every catalogue."""

import io

import pytest
from babel.messages.mofile import write_mo

from docs.translations import LOCALES, extracted, gaps, load, path


@pytest.mark.parametrize("locale", LOCALES)
def test_the_catalogue_is_complete(locale: str) -> None:
    catalogue = load(locale)
    wanted = {message.id for message in extracted() if message.id}
    assert len(wanted) > 100
    assert wanted == {message.id for message in catalogue if message.id}
    assert list(gaps(catalogue)) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_compiled_catalogue_is_fresh(locale: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, load(locale))
    assert path(locale).with_suffix(".mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize("locale", LOCALES)
def test_placeholders_survive_translation(locale: str) -> None:
    broken = {message.id: message.check() for message in load(locale) if message.id}
    assert {text: errors for text, errors in broken.items() if errors} == {}
