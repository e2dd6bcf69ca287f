"""Follow the book of a Gatehouse: each entry becomes a line of a file, once and in order, killed or not.

    GATEHOUSE_TOKEN=gh_… python tail.py https://gate.example entries.jsonl

The file is its own cursor: its last whole line says where to go on. `q` filters may be given as a third word.
"""

import json
import os
import sys
import time
from pathlib import Path

import requests

PAUSE = 2


def cursor(path: Path) -> tuple[int | None, str | None]:
    """Return the cursor and epoch that the last whole line tells; half a line, of a kill, is cut off."""
    data = path.read_bytes() if path.exists() else b""
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)
    lines = data[:whole].splitlines()
    last = json.loads(lines[-1]) if lines else {}
    return last.get("next"), last.get("epoch")


def main(url: str, path: Path, query: str = "") -> None:
    """Follow for ever."""
    after, epoch = cursor(path)
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {os.environ['GATEHOUSE_TOKEN']}"
    with path.open("ab", buffering=0) as file:
        while True:
            asked = {"after": after, "epoch": epoch, "q": query, "limit": 1000, "wait": 30}
            try:
                answer = session.get(f"{url}/api/v1/entries", params=asked, timeout=60)
            except (requests.ConnectionError, requests.Timeout):  # it restarts, or the network is away
                time.sleep(PAUSE)
                continue
            if answer.status_code in (429, 502, 503, 504):
                time.sleep(int(answer.headers.get("Retry-After", PAUSE)))
                continue
            if not answer.ok:  # 409 and 410 say what is lost, and where to go on: a person decides
                sys.exit(answer.text)
            page = answer.json()
            if not page["entries"] and page["next"] == after and answer.elapsed.seconds < 1:
                time.sleep(1)  # too many wait already: this one was answered at once
            after, epoch = page["next"], page["epoch"]
            for entry in page["entries"]:
                file.write(json.dumps(entry | {"next": entry["seq"], "epoch": epoch}).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]), *sys.argv[3:4])
