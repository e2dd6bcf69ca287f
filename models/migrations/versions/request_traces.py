"""How requests went that left an entry or met an error."""

import sqlalchemy as sa
from alembic import op

from models.database.base import TABLE
from models.database.types import BigId, TextList, Uid, Utc

revision = "request_traces"
down_revision = "api_tokens"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Begin without any."""
    op.create_table(
        "request_trace",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("request_id", sa.String(64), nullable=False, unique=True),
        sa.Column("event_id", Uid),
        sa.Column("began_at", Utc, nullable=False, index=True),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("route", sa.String(255), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("page", sa.String(64)),
        sa.Column("shown", TextList, nullable=False),
        sa.Column("error", sa.String(128)),
        **TABLE,
    )
    op.create_index("ix_request_trace_status_time", "request_trace", ["status", "began_at"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("request_trace")
