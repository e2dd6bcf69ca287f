"""Names of the field only: private words that were given up do not come back."""

import ast
import re

import pytest

from tests.support.servers.gatehouse import ROOT

#: Words that are no identifier any more, however many underscores lead them.
GIVEN_UP = {
    *(
        "Ring",
        "ring",
        "rung",
        "doorbell",
        "doorbells",
        "bell",
        "trail",
        "trails",
        "gather",
        "courtesy",
        "finish",
    ),
    *("walk", "walks", "Place", "Person", "Visitor", "visitor", "visitors", "figures", "shelf", "SignedIn"),
    *("genesis", "LOCALES", "finish"),
}
#: What no module is called any more, and what scripts declare no more.
MODULES = {"gate", "late", "trail", "gather", "courtesy", "finish", "ahead", "words", "raw", "walk", "around"}
SCRIPTS = {"Line", "line", "ledger", "Ledger", "walkRows", "rung", "place"}
PACKAGES = ("auth", "dashboard", "models")


def identifiers() -> set[str]:
    """Return what is defined or assigned anywhere in our code."""
    names = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name):
                        names.add(name.lstrip("_"))
                    case ast.arg(arg=name):
                        names.add(name.lstrip("_"))
    return names


@pytest.fixture(scope="module")
def known() -> set[str]:
    """All identifiers."""
    return identifiers()


@pytest.mark.parametrize("word", sorted(GIVEN_UP))
def test_no_identifier_is_a_word_that_was_given_up(known: set[str], word: str) -> None:
    assert "record" in known
    assert word not in known


@pytest.mark.parametrize("word", sorted(MODULES))
def test_no_module_has_a_name_that_was_given_up(word: str) -> None:
    found = [
        path for package in ("auth", "dashboard", "models") for path in (ROOT / package).rglob(f"{word}.py")
    ]
    assert found == []


@pytest.mark.parametrize("word", sorted(SCRIPTS))
def test_no_script_has_one(word: str) -> None:
    code = {path.name: path.read_text() for path in (ROOT / "static" / "panel").glob("*.js")}
    assert len(code) > 10
    declared = rf"\b(?:const|let|class|function|import \{{) {word}\b|#{word}\b|\({word}\)"
    assert [name for name, text in code.items() if re.search(declared, text)] == []
