"""Which form began a session or made an account: sent twice it is one."""

import sqlalchemy as sa
from alembic import op

from models.database.types import Uid

revision = "forms_once"
down_revision = "known_devices"
branch_labels = None
depends_on = None

TABLES = ("user", "user_session")


def upgrade() -> None:
    """Nobody's form is known yet."""
    for table in TABLES:
        op.add_column(table, sa.Column("once", Uid))
        op.create_index(f"ix_{table}_once", table, ["once"], unique=True)


def downgrade() -> None:
    """Forget it."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_once", table)
        op.drop_column(table, "once")
