"""Which accounts were erased, beside the checkpoints: a restored backup knows nothing of the newest ones."""

import json
import os
from pathlib import Path

from models.clock import now

#: Beside the checkpoints; a line a request, ids only.
FILE = "erasures.jsonl"


def remember(folder: Path, origin: str, user_id: int) -> None:
    """Keep, durably, that an account of this log is to be erased; raises ``OSError``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = json.dumps({"origin": origin, "user_id": user_id, "time": f"{now():%Y-%m-%dT%H:%M:%SZ}"})
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def erased_accounts(folder: Path, origin: str) -> set[int]:
    """Return the ids of all accounts of this log that were to be erased."""
    try:
        lines = (folder / FILE).read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return set()
    found = (_parsed(line) for line in lines)
    return {int(line["user_id"]) for line in found if line.get("origin") == origin and line.get("user_id")}


def _parsed(line: str) -> dict[str, int | str]:
    try:
        found = json.loads(line)
    except ValueError:  # cut short
        return {}
    return found if isinstance(found, dict) else {}
