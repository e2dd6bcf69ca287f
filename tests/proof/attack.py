"""Attacks by kind, each a function of an open connection to the database and of the site.

``site.fault()`` must tell of each; none may ever be signed. ``UNSEALED`` ones put rows there
that wait for a seal: they must end in the quarantine.
"""

import random
from collections.abc import Callable

from sqlalchemy import Connection

from tests.proof.site import Site

Attack = Callable[[Connection, Site, random.Random], object]
#: By letter and name. Entries 1 to 12 are sealed and covered; 13 to 15 are sealed and not covered yet.
ATTACKS: dict[str, Attack] = {}
#: Those that put rows to be sealed, and how many.
UNSEALED: dict[str, int] = {}
SQLITE_ONLY: set[str] = set()
MARIADB_ONLY: set[str] = set()
COVERED, ALL = 12, 15


def attack(letter: str, *, unsealed: int = 0, only: str = "") -> Callable[[Attack], Attack]:
    """Register an attack of a kind."""

    def register(function: Attack) -> Attack:
        name = f"{letter} {function.__name__.replace('_', ' ')}"
        ATTACKS[name] = function
        if unsealed:
            UNSEALED[name] = unsealed
        if only:
            {"sqlite": SQLITE_ONLY, "mariadb": MARIADB_ONLY}[only].add(name)
        return function

    return register
