"""What each name looks like, in whatever case: capital I and small l were taken for one before."""

import sqlalchemy as sa
from alembic import op

from models.names import skeleton

revision = "skeletons_by_key"
down_revision = "name_skeletons"
branch_labels = None
depends_on = None

#: Accounts read by one statement.
SOME = 1000


def upgrade() -> None:
    """Make them anew."""
    connection, last = op.get_bind(), 0
    while rows := connection.execute(_AFTER, {"last": last, "some": SOME}).all():
        for row in rows:
            connection.execute(_LOOKS, {"of": row.id, "looks": skeleton(row.username)})
        last = rows[-1].id


def downgrade() -> None:
    """Leave them: they are derived, and compared with themselves."""


_USER = sa.table("user", *map(sa.column, ("id", "username", "username_skeleton")))
_AFTER = (
    sa.select(_USER).where(_USER.c.id > sa.bindparam("last")).order_by(_USER.c.id).limit(sa.bindparam("some"))
)
_LOOKS = (
    _USER.update().where(_USER.c.id == sa.bindparam("of")).values(username_skeleton=sa.bindparam("looks"))
)
