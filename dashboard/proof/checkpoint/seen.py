"""How far a serving process has seen the log: what it saw cannot be taken away before the next checkpoint.

The file lies beside the checkpoints, ``<origin>.seen``. It is not signed: whoever can write there can take
checkpoints away as well.
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from dashboard.web.atomic_file import write_over

_HEX = {"epoch": 32, "chain": 64}


@dataclass(frozen=True, slots=True)
class SeenHead:
    """``size`` entries were sealed in this ``epoch``, the last with the link ``chain`` (hexadecimal)."""

    epoch: str
    size: int
    chain: str


def read_seen(folder: Path, origin: str) -> SeenHead | None:
    """Return how far the log of ``origin`` was seen, None when nobody knows."""
    try:
        found = json.loads((folder / f"{origin}.seen").read_text("utf-8"))
        seen = SeenHead(found["epoch"], int(found["size"]), found["chain"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    texts = (re.fullmatch(f"[0-9a-f]{{{digits}}}", getattr(seen, name)) for name, digits in _HEX.items())
    return seen if all(texts) else None


def write_seen(folder: Path, origin: str, seen: SeenHead) -> None:
    """Keep how far the log was seen; raises ``OSError``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_over(folder / f"{origin}.seen", json.dumps(asdict(seen)).encode(), 0o600)
