"""``python -m tests.faults.soak``: faults at random, one after the other, and a check after each."""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.catalogue import FAULTS
from tests.faults.sites import on_mariadb
from tests.faults.stage import Stage


def main(arguments: Sequence[str] | None = None) -> None:
    """Inject faults until there were enough; stop at the first that breaks a promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=300, help="how many to inject (300)")
    parser.add_argument("--seed", type=int, default=time.time_ns(), help="same seed, same order")
    given = parser.parse_args(arguments)
    print(f"{given.faults} faults, --seed {given.seed}")
    rng = random.Random(given.seed)
    with TemporaryDirectory(prefix="gatehouse-soak-") as folder, on_mariadb(Path(folder), rng) as stage:
        try:
            with stage.watching(6):
                for number in range(1, given.faults + 1):
                    inject(stage, number, rng.choice(possible(stage)))
        finally:
            print(report(stage))


def possible(stage: Stage) -> list[str]:
    """Return the names of faults that this machine can have."""
    return [name for name in FAULTS if stage.disk or name != "database_disk_full"]


def inject(stage: Stage, number: int, name: str) -> None:
    """Inject one fault and look whether everything holds."""
    began = time.monotonic()
    stage.is_long = not stage.injected[name]
    try:
        FAULTS[name](stage)
        stage.check()
    except Exception:
        logs = "".join(server.log.read_text()[-4000:] for server in (stage.database, stage.site))
        print(f"{number:4} {name} broke a promise\n{logs}", file=sys.stderr)
        raise
    print(f"{number:4} {name} ({time.monotonic() - began:.1f} s)", flush=True)


def report(stage: Stage) -> str:
    """Return what was injected and what people were told."""
    told = stage.crowd.told()
    people = ", ".join(f"{number} got {status or 'no answer'}" for status, number in told.most_common())
    faults = [f"{number:4} {name}" for name, number in sorted(stage.injected.items())]
    total = f"{stage.injected.total():4} faults injected; of {told.total()} attempts {people}"
    return "\n".join([*faults, total])


if __name__ == "__main__":
    main()
