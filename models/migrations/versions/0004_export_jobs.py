"""Exports under way."""

import sqlalchemy as sa
from alembic import op

from models.base import KEYED
from models.types import BigId, Uid, Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "export_job",
        sa.Column("export_id", Uid, primary_key=True),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("rows", BigId, nullable=False),
        sa.Column("reached", Utc),
        sa.Column("started_at", Utc, nullable=False, index=True),
        sa.Column("updated_at", Utc, nullable=False),
        **KEYED,
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("export_job")
