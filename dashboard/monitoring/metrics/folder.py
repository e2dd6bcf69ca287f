"""Where the processes of one server keep what they count, so that any of them answers for all.

Each has files of its own in a temporary folder (`prometheus_client.multiprocess`). What a dead one counted is
added to what all dead ones did, since a counter never goes back; what it sampled is forgotten.
"""

import fcntl
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree

from prometheus_client import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from dashboard.web.atomic_file import write_new

logger = logging.getLogger(__name__)
FOLDER_PREFIX = "gatehouse-metrics-"
#: The library's kinds of files; of a dead process the first two stay.
SUMS = ("counter", "histogram")
FILE_KINDS = (*SUMS, "gauge_livesum", "gauge_livemax", "gauge_livemin")
#: Bytes of each; labels have few values, so that none grows beyond.
ROOM = 512 * 1024
#: The name under which the sums of all dead processes stand.
DEAD = "dead"


@contextmanager
def metrics_folder() -> Iterator[Path | None]:
    """Make the folder of this server, gone when the process that made it leaves; None where none can be."""
    maker, path = os.getpid(), _made()
    try:
        yield path
    finally:
        if path and os.getpid() == maker:  # a worker leaves this block as well
            rmtree(path, ignore_errors=True)


def make_room(path: Path, name: object, kinds: Iterable[str] = FILE_KINDS) -> None:
    """Give the files of a process all their bytes: a full disk under a mapped file would kill it."""
    for kind in kinds:
        write_new(path / f"{kind}_{name}.db", bytes(ROOM), 0o600)  # one that is there counts on


def bury(path: Path, pid: int) -> None:
    """Add what a dead process counted to the sums of the dead; while somebody reads it stays where it is."""
    mark_process_dead(pid, str(path))
    with suppress(OSError), _turn(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
        for kind in SUMS:
            _add(path / f"{kind}_{pid}.db", path / f"{kind}_{DEAD}.db")


def sums_of_all(path: Path) -> Iterable[Metric]:
    """Return what all processes counted and sampled."""
    with _turn(path, fcntl.LOCK_SH):
        found: Iterable[Metric] = MultiProcessCollector(None, str(path)).collect()
        return list(found)


def _made() -> Path | None:
    try:
        _forget_abandoned()
        path = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        _hold(path)  # by this process and its workers, until the last has ended
        make_room(path, DEAD, SUMS)
    except OSError as error:
        logger.warning("no folder for metrics, each worker shows its own: %s", error)
        return None
    return path


def _forget_abandoned() -> None:
    """Remove the folders of our servers that were killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        with suppress(OSError):
            file = _hold(path)
            if os.fstat(file).st_uid == os.geteuid():
                rmtree(path, ignore_errors=True)
            os.close(file)


def _hold(path: Path) -> int:
    """Lock a folder; raises ``OSError`` when somebody else holds it. Cleaners of old files leave it alone."""
    file = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise
    return file


@contextmanager
def _turn(path: Path, how: int) -> Iterator[None]:
    """Read, or move sums; never both at once, since something would be counted twice."""
    with (path / "turn").open("ab") as file:
        fcntl.flock(file, how)
        yield


def _add(dead: Path, sums: Path) -> None:
    if not dead.exists():
        return
    kept = MmapedDict(str(sums))
    for key, value, _, _ in MmapedDict.read_all_values_from_file(str(dead)):
        kept.write_value(key, kept.read_value(key)[0] + value, 0.0)
    kept.close()
    dead.unlink()
