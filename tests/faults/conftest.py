"""One stage for all faults of a run."""

import random
from collections.abc import Iterator

import pytest

from tests.faults.sites import on_mariadb
from tests.faults.soak import report
from tests.faults.stage import Stage
from tests.support.sharing import REPORTS


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Two workers on MariaDB and Redis, and six people who watch."""
    with on_mariadb(tmp_path_factory.mktemp("stage"), random.Random(1)) as stage, stage.watching(6):
        yield stage
        REPORTS.append(report(stage))
