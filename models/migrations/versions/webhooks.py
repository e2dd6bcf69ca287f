"""Where entries are sent to by HTTP, and what came of each."""

import sqlalchemy as sa
from alembic import op

from models.database.base import TABLE
from models.database.types import BigId, Uid, Utc

revision = "webhooks"
down_revision = "request_traces"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables, empty."""
    op.create_table(
        "webhook",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("public_id", Uid, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("secret", sa.String(255), nullable=False),
        sa.Column("former_secret", sa.String(255)),
        sa.Column("former_until", Utc),
        sa.Column("made_by", BigId),
        sa.Column("made_at", Utc, nullable=False),
        sa.Column("secret_at", Utc, nullable=False),
        sa.Column("once", Uid),
        sa.Column("rotated_once", Uid),
        sa.Column("disabled_at", Utc),
        sa.Column("disabled_why", sa.String(24)),
        sa.Column("failing_since", Utc),
        sa.Column("succeeded_at", Utc),
        sa.Column("failures", BigId, nullable=False),
        sa.Column("rests_until", Utc),
        sa.UniqueConstraint("public_id"),
        sa.UniqueConstraint("once"),
        **TABLE,
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("webhook_id", BigId, nullable=False),
        sa.Column("event_id", Uid, nullable=False),
        sa.Column("seq", BigId, index=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", BigId, nullable=False),
        sa.Column("made_at", Utc, nullable=False, index=True),
        sa.Column("began_at", Utc, nullable=False),
        sa.Column("tried_at", Utc),
        sa.Column("next_try_at", Utc),
        sa.Column("status", BigId),
        sa.Column("trouble", sa.String(24)),
        sa.Column("answer", sa.String(200)),
        sa.Column("milliseconds", BigId),
        sa.Index(None, "webhook_id", "event_id", unique=True),
        sa.Index(None, "webhook_id", "next_try_at"),
        sa.Index(None, "webhook_id", "state"),
        **TABLE,
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
