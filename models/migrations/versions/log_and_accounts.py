"""The log, its head and totals, the accounts, their sessions and exports."""

import secrets

import sqlalchemy as sa
from alembic import op

from models.database.base import KEYED, TABLE
from models.database.types import BigId, Digest, Ip, Uid, Utc

revision = "log_and_accounts"
down_revision = None
branch_labels = None
depends_on = None

FILTERED = (
    (),
    ("user_id",),
    ("username_key",),
    ("name_ref",),
    ("ip",),
    ("session_ref",),
    ("action",),
    ("outcome",),
    ("reason",),
    ("action", "outcome"),
    ("actor_id",),
)
#: In the order they can be dropped in.
TABLES = ("export_query", "export_job", "user_session", "user", "login_total", "stream_head", "login_log")


def upgrade() -> None:
    """Make the tables."""
    _login_log()
    _stream_head()
    _login_total()
    _user()
    _user_session()
    _export_job()
    _export_query()


def downgrade() -> None:
    """Drop the tables, and the log with them."""
    for table in TABLES:
        op.drop_table(table)


def _login_log() -> None:
    op.create_table(
        "login_log",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("event_id", Uid, nullable=False, unique=True),
        sa.Column("seq", BigId, unique=True),
        sa.Column("chain", Digest(32)),
        sa.Column("place", Digest(32)),
        sa.Column("person", Digest(32)),
        sa.Column("place_nonce", Digest(16)),
        sa.Column("person_nonce", Digest(16)),
        sa.Column("mac", Digest(32)),
        sa.Column("occurred_at", Utc, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("user_id", BigId),
        sa.Column("username", sa.String(64)),
        sa.Column("username_key", sa.String(192)),
        sa.Column("name_ref", Digest(16)),
        sa.Column("actor_id", BigId),
        sa.Column("actor_name", sa.String(64)),
        sa.Column("session_ref", Uid),
        sa.Column("auth_method", sa.String(32)),
        sa.Column("ip", Ip),
        sa.Column("peer_ip", Ip),
        sa.Column("user_agent", sa.String(512)),
        sa.Column("browser", sa.String(64)),
        sa.Column("os", sa.String(64)),
        sa.Column("device", sa.String(64)),
        sa.Column("country", sa.String(2)),
        sa.Column("asn", BigId),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("new_device", sa.Boolean),
        sa.Column("request_id", sa.String(64)),
        sa.Column("detail", sa.Text),
        **TABLE,
    )
    for columns in FILTERED:
        name = "_".join(("ix_login_log", *columns, "time"))
        op.create_index(name, "login_log", [*columns, "occurred_at", "id"])


def _stream_head() -> None:
    head = op.create_table(
        "stream_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("pruned", BigId, nullable=False),
        sa.Column("chain", Digest(32)),
        sa.Column("anchor", Digest(32)),
        sa.Column("encoding", sa.Integer, nullable=False),
        sa.Column("places_blank", BigId, nullable=False),
        sa.Column("uncounted", BigId, nullable=False),
        **KEYED,
    )
    names = {"origin": secrets.token_hex(16), "epoch": secrets.token_hex(16), "encoding": 2}
    op.bulk_insert(head, [{"id": 1, **names, "seq": 0, "pruned": 0, "places_blank": 0, "uncounted": 0}])


def _login_total() -> None:
    op.create_table(
        "login_total",
        sa.Column("quarter", Utc, primary_key=True),
        sa.Column("action", sa.String(32), primary_key=True),
        sa.Column("outcome", sa.String(16), primary_key=True),
        sa.Column("reason", sa.String(32), primary_key=True),
        sa.Column("count", BigId, nullable=False),
        **KEYED,
    )


def _user() -> None:
    op.create_table(
        "user",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("username_key", sa.String(192), nullable=False, unique=True),
        sa.Column("email", sa.String(254)),
        sa.Column("email_key", sa.String(254), unique=True),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("gender", sa.String(16)),
        sa.Column("city", sa.String(100)),
        sa.Column("hobbies", sa.JSON, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("locale", sa.String(16)),
        sa.Column("timezone", sa.String(64)),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("locked_until", Utc),
        sa.Column("created_at", Utc, nullable=False, index=True),
        sa.Column("erased_at", Utc),
        **TABLE,
    )


def _user_session() -> None:
    op.create_table(
        "user_session",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("public_id", Uid, nullable=False, unique=True),
        sa.Column("token_hash", Digest(32), nullable=False, unique=True),
        sa.Column("user_id", BigId, sa.ForeignKey("user.id"), nullable=False, index=True),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("last_seen_at", Utc, nullable=False, index=True),
        sa.Column("remember", sa.Boolean, nullable=False),
        sa.Column("ip", Ip),
        sa.Column("user_agent", sa.String(512)),
        sa.Column("revoked_at", Utc),
        **TABLE,
    )


def _export_job() -> None:
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


def _export_query() -> None:
    op.create_table(
        "export_query",
        sa.Column("q_ref", Digest(16), primary_key=True),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("used_at", Utc, nullable=False, index=True),
        **KEYED,
    )
