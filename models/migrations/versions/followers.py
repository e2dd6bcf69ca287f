"""How far each follower of the log is."""

import sqlalchemy as sa
from alembic import op

from models.database.base import KEYED
from models.database.types import BigId, Utc

revision = "followers"
down_revision = "skeletons_by_key"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; each follower adds its own row."""
    op.create_table(
        "follower",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("cursor", BigId, nullable=False),
        sa.Column("holder", sa.String(96)),
        sa.Column("held_until", Utc),
        sa.Column("intent", sa.Text),
        sa.Column("paused_at", Utc),
        sa.Column("failing_since", Utc),
        sa.Column("failures", BigId, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("delivered", BigId, nullable=False),
        sa.Column("delivered_at", Utc),
        sa.Column("missed", BigId, nullable=False),
        **KEYED,
    )


def downgrade() -> None:
    """Forget it: a follower then begins anew with the next entry."""
    op.drop_table("follower")
