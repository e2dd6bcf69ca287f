"""What each name looks like, and keys that leave out what nobody sees."""

import sqlalchemy as sa
from alembic import op

from models.names import skeleton, username_key

revision = "name_skeletons"
down_revision = "forms_once"
branch_labels = None
depends_on = None

#: Accounts read by one statement.
SOME = 1000


def upgrade() -> None:
    """Add it; a key that another account has already stays as it was."""
    op.add_column("user", sa.Column("username_skeleton", sa.String(255)))
    op.create_index("ix_user_username_skeleton", "user", ["username_skeleton"])
    connection, last = op.get_bind(), 0
    while rows := connection.execute(_AFTER, {"last": last, "some": SOME}).all():
        for row in rows:
            connection.execute(_LOOKS, {"of": row.id, "looks": skeleton(row.username)})
            key = username_key(row.username)
            if key != row.username_key and not connection.execute(_TAKEN, {"key": key}).first():
                connection.execute(_RENAME, {"of": row.id, "key": key})
        last = rows[-1].id


def downgrade() -> None:
    """Take it away; keys stay, they are unique either way."""
    op.drop_index("ix_user_username_skeleton", "user")
    op.drop_column("user", "username_skeleton")


_USER = sa.table(
    "user",
    *map(sa.column, ("id", "username", "username_key", "username_skeleton")),
)
_AFTER = (
    sa.select(_USER).where(_USER.c.id > sa.bindparam("last")).order_by(_USER.c.id).limit(sa.bindparam("some"))
)
_TAKEN = sa.select(_USER.c.id).where(_USER.c.username_key == sa.bindparam("key"))
_LOOKS = (
    _USER.update().where(_USER.c.id == sa.bindparam("of")).values(username_skeleton=sa.bindparam("looks"))
)
_RENAME = _USER.update().where(_USER.c.id == sa.bindparam("of")).values(username_key=sa.bindparam("key"))
