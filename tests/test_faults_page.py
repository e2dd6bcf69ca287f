"""docs/faults.md names tests that are there, for each fault."""

import ast
import re
from functools import cache

import pytest

from tests.support.servers.gatehouse import ROOT

PAGE = (ROOT / "docs" / "faults.md").read_text()
SECTIONS = re.split(r"^### ", PAGE, flags=re.M)[1:]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)(?:\[[^`]*\])?`", PAGE)


@cache
def names_in(path: str) -> frozenset[str]:
    """Return the names of the tests of a file."""
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_it_is_about_the_faults_in_order() -> None:
    assert [int(section.split(".", 1)[0]) for section in SECTIONS] == list(range(1, len(SECTIONS) + 1))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.split(".", 1)[0])
def test_every_fault_has_its_test(section: str) -> None:
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert rows
    assert [row for row in rows if not re.search(r"`tests/[\w/]+\.py::test_\w+", row)] == []


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_every_test_it_names_is_there(path: str, name: str) -> None:
    assert name in names_in(path)
