"""Attacks on what stands around the entries: the head, (e) and (i), odd values, (f), the schema, (j)."""

import random

from sqlalchemy import Connection, text

from tests.proof import forge
from tests.proof.attack import ALL, attack
from tests.proof.site import Site


def _run(db: Connection, *statements: str) -> None:
    for statement in statements:
        db.execute(text(statement))


# (e) make the database say that it is another log


@attack("e")
def another_secret(db: Connection, _: Site, __: random.Random) -> None:
    forge.head(db, secret_id="0" * 16)


@attack("e")
def no_secret_at_all(db: Connection, _: Site, __: random.Random) -> None:
    forge.head(db, secret_id=None)


# (f) values that no column can have


@attack("f")
def a_role_that_is_blank(db: Connection, _: Site, __: random.Random) -> None:
    forge.account(db, role="''")


@attack("f")
def a_voucher_without_a_bottom(db: Connection, _: Site, rng: random.Random) -> None:
    seq = rng.randint(1, ALL)
    forge.change(db, seq, action="address_purge", outcome="success", reason=None, detail="[" * 60_000)


@attack("f", only="sqlite")
def a_voucher_of_nobody(db: Connection, _: Site, rng: random.Random) -> None:
    seq = rng.randint(1, ALL)
    _run(db, f"UPDATE login_log SET action = 'erase', outcome = 'success', event_id = 'x' WHERE seq = {seq}")


@attack("f", only="sqlite")
def totals_of_bytes(db: Connection, _: Site, rng: random.Random) -> None:
    column = rng.choice(["action", "outcome", "reason"])
    _run(db, f"UPDATE login_total SET {column} = CAST({column} AS BLOB)")


@attack("f", only="sqlite")
def a_fraction_of_a_number(db: Connection, _: Site, rng: random.Random) -> None:
    _run(db, f"UPDATE login_log SET seq = 3.5 WHERE seq = {rng.randint(1, ALL)}")


# (i) change what the head says beside


@attack("i")
def places_said_to_be_blank(db: Connection, _: Site, __: random.Random) -> None:
    forge.head(db, places_blank=10**9)


@attack("i")
def a_tree_of_pruned_entries_that_are_there(db: Connection, _: Site, __: random.Random) -> None:
    forge.head(db, anchor_frontier=bytes(1))


# (j) have the database act by itself, or leave somebody out

_INDEX = "ix_login_log_user_id_time"


@attack("j", only="sqlite")
def a_trigger(db: Connection, _: Site, __: random.Random) -> None:
    _run(
        db,
        "CREATE TRIGGER lie BEFORE INSERT ON login_log WHEN NEW.user_id = 5 BEGIN SELECT RAISE(IGNORE); END",
    )


@attack("j", only="sqlite")
def a_view(db: Connection, _: Site, __: random.Random) -> None:
    _run(db, "CREATE VIEW nobody AS SELECT * FROM login_log WHERE user_id IS NOT 5")


@attack("j", only="sqlite")
def no_index(db: Connection, _: Site, __: random.Random) -> None:
    _run(db, f"DROP INDEX {_INDEX}")


@attack("j", only="sqlite")
def an_index_that_leaves_somebody_out(db: Connection, _: Site, __: random.Random) -> None:
    said = f"SELECT sql FROM sqlite_schema WHERE name = '{_INDEX}'"
    sql = db.execute(text(said)).scalar_one()
    _run(
        db,
        f"DROP INDEX {_INDEX}",
        f"CREATE INDEX {_INDEX} ON login_log (user_id, occurred_at, id) WHERE user_id IS NOT 1",
        "PRAGMA writable_schema = ON",
    )
    db.execute(text(f"UPDATE sqlite_schema SET sql = :sql WHERE name = '{_INDEX}'"), {"sql": sql})
    _run(db, "PRAGMA writable_schema = OFF", "PRAGMA schema_version = 4711")
