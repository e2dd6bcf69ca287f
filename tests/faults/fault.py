"""What a fault is, and all of them by name."""

from collections.abc import Callable
from functools import wraps

from tests.faults.stage import Stage

Fault = Callable[[Stage], None]
#: Every fault that a stage on MariaDB can take; `tests.faults.catalogue` has them all.
FAULTS: dict[str, Fault] = {}


def fault(inject: Fault) -> Fault:
    """Register a fault and count it each time it was injected."""

    @wraps(inject)
    def counted(stage: Stage) -> None:
        inject(stage)
        stage.injected[inject.__name__] += 1

    FAULTS[inject.__name__] = counted
    return counted
