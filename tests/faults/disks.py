"""Small disks of our own, to be filled."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class NoDisk(Exception):
    """This machine lets us have no disk; says why."""


@contextmanager
def mounted(path: Path, size: str) -> Iterator[Path]:
    """A disk of that size; raises ``NoDisk`` where nobody may mount one."""
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "gatehouse", str(path)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise NoDisk(done.stderr.decode().strip())
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Leave no room while the block runs."""
    filler = disk / "filler"
    for size in (65_536, 512):
        with filler.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(size))
    try:
        yield
    finally:
        filler.unlink(missing_ok=True)
