"""Whatever goes wrong while people sign in: nobody gets in unrecorded, and every viewer sees all, once."""

import pytest

from tests.faults.catalogue import FAULTS
from tests.faults.soak import possible
from tests.faults.stage import Stage


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_lost_or_told_twice(stage: Stage, name: str) -> None:
    if name not in possible(stage):
        pytest.skip("nobody may mount a disk here")
    FAULTS[name](stage)
    stage.check()
