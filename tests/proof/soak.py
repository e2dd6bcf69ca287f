"""``python -m tests.proof.soak``: attacks and honest lives at random; stops at the first found wrong."""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.proof import around, gaps, rewriting, values
from tests.proof.attack import ATTACKS, MARIADB_ONLY, SQLITE_ONLY
from tests.proof.lives import live_honestly
from tests.proof.site import open_site
from tests.proof.test_attacks import attacked
from tests.support.app import migrate
from tests.support.servers.mariadb import create_database, mariadb

KINDS = (around, rewriting, gaps, values)


def main(arguments: Sequence[str] | None = None) -> None:
    """Attack and live until there was enough of both; print what there was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attacks", type=int, default=200, help="how many attacks (200)")
    parser.add_argument("--lives", type=int, default=50, help="how many honest lives (50)")
    parser.add_argument("--seed", type=int, default=time.time_ns(), help="same seed, same order")
    given = parser.parse_args(arguments)
    print(f"{given.attacks} attacks, {given.lives} lives, --seed {given.seed}", flush=True)
    rng, done = random.Random(given.seed), Counter[str]()
    with TemporaryDirectory(prefix="gatehouse-proof-") as folder, mariadb(Path(folder)) as server:
        for number in range(given.attacks + given.lives):
            kind = rng.choice(("sqlite", "mariadb"))
            own = Path(folder) / str(number)
            own.mkdir()
            url = f"sqlite:///{own / 'log.db'}"
            if kind == "mariadb":
                url = create_database(server, f"log{number}")
            migrate(url)
            name = _one(url, own, kind, rng, is_attack=number < given.attacks)
            done[name] += 1
            print(f"{number + 1:4} {kind:8} {name}", flush=True)
    print("\n".join(f"{count:4} {name}" for name, count in sorted(done.items())))
    print(f"0 of {given.attacks} attacks missed, 0 false alarms in {given.lives} lives")


def _one(url: str, folder: Path, kind: str, rng: random.Random, *, is_attack: bool) -> str:
    refused = MARIADB_ONLY if kind == "sqlite" else SQLITE_ONLY
    name = rng.choice(sorted(ATTACKS.keys() - refused))
    with pytest.MonkeyPatch.context() as patch, open_site(url, folder, patch) as site:
        if not is_attack:
            return live_honestly(site, rng)
        attacked(site, name, rng)
    return name


if __name__ == "__main__":
    sys.exit(main())
