"""What of ours runs during a call: for tests of how far a stranger has to read."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from tests.support.servers.gatehouse import ROOT

FOLDERS = tuple(f"{ROOT}/{name}/" for name in ("auth", "dashboard", "models"))


class Trace:
    """The functions of ours that ran, in the order of their first calls, as ``file:function``."""

    def __init__(self) -> None:
        self.calls: dict[str, None] = {}

    @property
    def files(self) -> set[str]:
        """The files they stand in."""
        return {call.partition(":")[0] for call in self.calls}

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(FOLDERS) and not code.co_name.startswith("<"):
            file = code.co_filename.removeprefix(f"{ROOT}/")
            self.calls.setdefault(f"{file}:{code.co_qualname.rpartition('<locals>.')[2]}")


@contextmanager
def traced() -> Iterator[Trace]:
    """Trace what this thread does in the block, and threads that begin in it."""
    trace = Trace()
    before: Callable[..., Any] | None = sys.getprofile()
    threading.setprofile(trace)
    sys.setprofile(trace)
    try:
        yield trace
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
