"""How the processes of pytest-xdist share a run: who runs what, and one report at the end."""

from typing import Any

import pytest

#: Folders and files whose tests start programs: one after the other, as each wants the machine.
PROGRAMS = {"browser", "faults", "test_serve.py", "test_simulate.py", "test_errors.py"}
#: What was injected, and what people were told.
REPORTS: list[str] = []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests together, and all that start programs."""
    for item in items:
        starts_programs = PROGRAMS.intersection(item.path.parts)
        item.add_marker(pytest.mark.xdist_group("programs" if starts_programs else item.path.name))


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
