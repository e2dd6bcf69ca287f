"""Counts of sealed entries by quarter hour."""

import sqlalchemy as sa
from alembic import op

from models.base import KEYED
from models.types import BigId, Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "login_total",
        sa.Column("quarter", Utc, primary_key=True),
        sa.Column("action", sa.String(32), primary_key=True),
        sa.Column("outcome", sa.String(16), primary_key=True),
        sa.Column("reason", sa.String(32), primary_key=True),
        sa.Column("count", BigId, nullable=False),
        **KEYED,
    )


def downgrade() -> None:
    """Drop the table; the counts can be made again from the book."""
    op.drop_table("login_total")
