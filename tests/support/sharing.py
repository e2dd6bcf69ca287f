"""One report at the end of a run that the processes of pytest-xdist share."""

from typing import Any

import pytest

#: What was injected, and what people were told.
REPORTS: list[str] = []


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
