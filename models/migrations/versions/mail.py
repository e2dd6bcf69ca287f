"""Letters, used links and troubles that were told; confirmed addresses and the language of letters."""

import sqlalchemy as sa
from alembic import op

from models.database.base import KEYED
from models.database.types import BigId, Digest, Uid, Utc

revision = "mail"
down_revision = "webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; nobody's address counts as confirmed."""
    op.add_column("user", sa.Column("email_confirmed_at", Utc))
    op.add_column("user", sa.Column("language", sa.String(16)))
    op.create_table(
        "letter",
        sa.Column("event_id", Uid, primary_key=True),
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("user_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_at", Utc, nullable=False),
        sa.Column("due_at", Utc, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("ended_at", Utc),
        sa.Column("code", sa.Integer),
        sa.Column("answer", sa.String(200)),
        sa.Column("digest", Uid),
        sa.Column("words", sa.Text),
        **KEYED,
    )
    op.create_index("ix_letter_due", "letter", ["state", "due_at"])
    op.create_index("ix_letter_user_id", "letter", ["user_id"])
    op.create_index("ix_letter_made_at", "letter", ["made_at"])
    op.create_table(
        "used_link",
        sa.Column("token_hash", Digest(32), primary_key=True),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("used_at", Utc, nullable=False),
        **KEYED,
    )
    op.create_index("ix_used_link_user_id", "used_link", ["user_id"])
    op.create_table(
        "incident",
        sa.Column("name", sa.String(96), primary_key=True),
        sa.Column("began_at", Utc, nullable=False),
        sa.Column("seen_at", Utc, nullable=False),
        sa.Column("told_at", Utc, nullable=False),
        **KEYED,
    )


def downgrade() -> None:
    """Forget all of it; letters that wait are never sent."""
    for table in ("incident", "used_link", "letter"):
        op.drop_table(table)
    op.drop_column("user", "language")
    op.drop_column("user", "email_confirmed_at")
