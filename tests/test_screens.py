"""The screenshots show what the pages look like today."""

from docs.screenshots import SOURCES, digest


def test_they_were_taken_of_these_templates_styles_and_scripts() -> None:
    assert SOURCES.read_text().strip() == digest(), "the pages changed: run `make screens`"
