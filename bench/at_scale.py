"""Does the book answer at once at ten million entries? Fills it, then asks each question in turn.

``ROWS=10000000 python -m bench.at_scale [QUESTION ...]``: all questions without a name. Each
is a function of a module beside this one, which says what it measures against which rival.
"""

import os
import sys
from collections.abc import Callable

from bench import busy, exports, overview, pages, whole
from bench.datasets import Datasets, datasets

ROWS = int(os.environ.get("ROWS", "10000000"))
#: How long the book is where rivals would take minutes.
FEWER = ROWS // 10

QUESTIONS: dict[str, Callable[[Datasets], None]] = {
    "pages": lambda datasets: pages.on_mariadb(datasets, ROWS),
    "overview": lambda datasets: overview.page(datasets, ROWS),
    "busy": lambda datasets: busy.sign_ins(datasets, ROWS),
    "whole": lambda datasets: whole.compare(datasets, ROWS),
    "exports": lambda datasets: exports.on_mariadb(datasets, FEWER),
    "pages_sqlite": lambda datasets: pages.on_sqlite(datasets, FEWER),
    "exports_sqlite": lambda datasets: exports.on_sqlite(datasets, FEWER),
}


def main() -> None:
    """Ask what was named, or everything."""
    names = sys.argv[1:] or list(QUESTIONS)
    if unknown := set(names) - QUESTIONS.keys():
        raise SystemExit(f"unknown: {', '.join(unknown)}; choose from {', '.join(QUESTIONS)}")
    with datasets() as books:
        for name in names:
            QUESTIONS[name](books)


if __name__ == "__main__":
    main()
