"""``rebuild totals``."""

from pathlib import Path

from sqlalchemy import delete

from models import LoginTotal, write_transaction
from tests.dashboard.cli.conftest import Run, on, refusal
from tests.support.app import running


def test_it_mends_what_verify_found(manage: Run, database_url: str) -> None:
    manage("seed", "--rows", "300", "--users", "10")
    with running(database_url):
        write_transaction(lambda session: session.execute(delete(LoginTotal)))
    assert "totals" in manage("verify").stderr
    result = manage("rebuild", "totals")
    assert (result.exit_code, result.stdout) == (0, "totals of 300 entries made again\n")
    assert manage("verify").exit_code == 0


def test_it_needs_a_migrated_database(tmp_path: Path) -> None:
    assert "db upgrade" in refusal(on(f"sqlite:///{tmp_path / 'bare.db'}")("rebuild", "totals"))
