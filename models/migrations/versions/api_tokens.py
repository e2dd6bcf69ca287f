"""Tokens of the API: their hashes, scopes and ends."""

import sqlalchemy as sa
from alembic import op

from models.database.base import TABLE
from models.database.types import BigId, Digest, TextList, Uid, Utc

revision = "api_tokens"
down_revision = "followers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has made one yet."""
    op.create_table(
        "api_token",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("public_id", Uid, nullable=False, unique=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("token_hash", Digest(32), nullable=False, unique=True),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("scopes", TextList, nullable=False),
        sa.Column("user_id", BigId, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("ends_at", Utc, nullable=False),
        sa.Column("last_used_at", Utc),
        sa.Column("revoked_at", Utc),
        sa.Column("once", Uid),
        **TABLE,
    )
    op.create_index("ix_api_token_user_id", "api_token", ["user_id"])
    op.create_index("ix_api_token_once", "api_token", ["once"], unique=True)


def downgrade() -> None:
    """Drop them; programs then have none."""
    op.drop_table("api_token")
