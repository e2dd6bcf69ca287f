"""What the processes of pytest-xdist share in one run: the order of its tests, and the report at its end."""

from pathlib import Path
from typing import Any

import pytest

#: What was injected, and what people were told.
REPORTS: list[str] = []
#: What takes longest, mostly waiting, begins first: else one process is left with it at the end.
FIRST = ("faults", "browser", "dashboard/cli")
_TESTS = Path(__file__).parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest; all else stays in its order."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    ranks = (rank for rank, folder in enumerate(FIRST) if item.path.is_relative_to(_TESTS / folder))
    return next(ranks, len(FIRST))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the reports of a process of pytest-xdist to the one that prints them."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["faults"] = REPORTS


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the reports of a process that ended."""
    REPORTS.extend(getattr(node, "workeroutput", {}).get("faults", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the reports."""
    for text in REPORTS:
        terminalreporter.section("faults")
        terminalreporter.write_line(text)
