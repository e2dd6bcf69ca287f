"""Does the book answer at once at ten million entries? Fills it, then asks each question in turn.

``ROWS=10000000 python -m bench.at_scale [QUESTION ...]``: all questions without a name. Each
is a function of a module beside this one, which says what it measures against which rival.
"""

import os
import sys
from collections.abc import Callable

from bench import busy, exports, overview, pages, whole
from bench.shelf import Shelf, shelf

ROWS = int(os.environ.get("ROWS", "10000000"))
#: How long the book is where rivals would take minutes.
FEWER = ROWS // 10

QUESTIONS: dict[str, Callable[[Shelf], None]] = {
    "pages": lambda shelf: pages.on_mariadb(shelf, ROWS),
    "overview": lambda shelf: overview.page(shelf, ROWS),
    "busy": lambda shelf: busy.sign_ins(shelf, ROWS),
    "whole": lambda shelf: whole.compare(shelf, ROWS),
    "exports": lambda shelf: exports.on_mariadb(shelf, FEWER),
    "pages_sqlite": lambda shelf: pages.on_sqlite(shelf, FEWER),
    "exports_sqlite": lambda shelf: exports.on_sqlite(shelf, FEWER),
}


def main() -> None:
    """Ask what was named, or everything."""
    names = sys.argv[1:] or list(QUESTIONS)
    if unknown := set(names) - QUESTIONS.keys():
        raise SystemExit(f"unknown: {', '.join(unknown)}; choose from {', '.join(QUESTIONS)}")
    with shelf() as books:
        for name in names:
            QUESTIONS[name](books)


if __name__ == "__main__":
    main()
