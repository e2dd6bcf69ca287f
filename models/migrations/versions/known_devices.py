"""Which cookies of known devices count, account by account."""

import sqlalchemy as sa
from alembic import op

revision = "known_devices"
down_revision = "record_proof"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Begin with the first generation."""
    op.add_column("user", sa.Column("device_generation", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("user", "device_generation")
