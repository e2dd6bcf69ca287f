"""What the processes of pytest-xdist share in one run: the order of its tests, and the report at its end."""

import gc
from pathlib import Path
from typing import Any

import pytest

#: What was injected, and what people were told.
REPORTS: list[str] = []
#: Folders whose files mostly wait or take long: while one process is at it, others have work to do.
LONG = ("faults", "browser", "dashboard/cli", "proof")
#: Which share of the other files they are spread over; the end is left to what is short.
SPREAD = 0.8
_TESTS = Path(__file__).parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread files that take long among the others; the tests of a file stay in their order."""
    files = list(dict.fromkeys(item.path for item in items))
    long = [path for path in files if any(path.is_relative_to(_TESTS / folder) for folder in LONG)]
    others = [path for path in files if path not in long]
    gap = SPREAD * len(others) / max(1, len(long))
    places = {path: number * gap for number, path in enumerate(long)}
    places |= {path: float(number) for number, path in enumerate(others)}
    items.sort(key=lambda item: places[item.path])


def pytest_collection_finish() -> None:
    """Look for garbage less often: a fifth of a run went into looking through what stays anyhow."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


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
