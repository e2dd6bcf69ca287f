"""Attacks with values that no column can have, (f), and with rows to be sealed, (g)."""

import random
from datetime import timedelta

from sqlalchemy import Connection, text

from tests.proof import forge
from tests.proof.attack import ALL, attack
from tests.proof.site import Site

# (f) values that no column can have


def _sql(db: Connection, statement: str) -> None:
    db.execute(text(statement))


@attack("f", only="sqlite")
def a_person_as_bytes(db: Connection, _: Site, rng: random.Random) -> None:
    _sql(db, f"UPDATE login_log SET user_id = CAST(user_id AS BLOB) WHERE seq = {rng.randint(1, ALL)}")


@attack("f", only="sqlite")
def a_time_as_bytes(db: Connection, _: Site, rng: random.Random) -> None:
    _sql(
        db, f"UPDATE login_log SET occurred_at = CAST(occurred_at AS BLOB) WHERE seq = {rng.randint(1, ALL)}"
    )


@attack("f", only="sqlite")
def a_number_as_text(db: Connection, _: Site, rng: random.Random) -> None:
    _sql(db, f"UPDATE login_log SET seq = x'0f0f' WHERE seq = {rng.randint(1, ALL)}")


@attack("f", only="sqlite")
def a_session_s_time_that_is_none(db: Connection, _: Site, __: random.Random) -> None:
    forge.account(db, created_at="'yesterday'")


@attack("f", only="sqlite")
def an_agent_of_bytes_that_are_no_text(db: Connection, _: Site, rng: random.Random) -> None:
    odd = "CAST(x'41ff42' AS TEXT)"
    _sql(db, f"UPDATE login_log SET user_agent = {odd} WHERE seq = {rng.randint(1, ALL)}")


@attack("f", only="sqlite")
def a_name_of_bytes_that_are_no_text(db: Connection, _: Site, __: random.Random) -> None:
    forge.account(db, username="CAST(x'41ff42' AS TEXT)")


@attack("f")
def an_action_that_is_none(db: Connection, _: Site, rng: random.Random) -> None:
    forge.change(db, rng.randint(1, ALL), action="conquer")
    forge.recompute(db)


@attack("f")
def a_role_that_is_none(db: Connection, _: Site, __: random.Random) -> None:
    forge.account(db, role="'god'")


@attack("f")
def hobbies_that_are_no_list(db: Connection, _: Site, __: random.Random) -> None:
    forge.account(db, hobbies="'7'")


@attack("f", only="mariadb")
def a_time_that_no_clock_tells(db: Connection, _: Site, rng: random.Random) -> None:
    _sql(db, "SET SESSION sql_mode = ''")
    _sql(db, f"UPDATE login_log SET occurred_at = '0000-00-00' WHERE seq = {rng.randint(1, ALL)}")


# (g) rows from another time, to be sealed


@attack("g", unsealed=3)
def backdated_rows_without_a_mac(db: Connection, _: Site, __: random.Random) -> None:
    row = forge.rows(db)[0]
    for days in (1, 30, 300):
        forge.put(db, row, occurred_at=row["occurred_at"] - timedelta(days=days), mac=None)


@attack("g", unsealed=1)
def a_backdated_row_with_another_s_mac(db: Connection, _: Site, rng: random.Random) -> None:
    row = forge.rows(db)[rng.randint(0, ALL - 1)]
    forge.put(db, row, occurred_at=row["occurred_at"] - timedelta(days=9))


@attack("g", unsealed=1)
def an_entry_again_under_another_id(db: Connection, _: Site, rng: random.Random) -> None:
    forge.put(db, forge.rows(db)[rng.randint(0, ALL - 1)])


@attack("g", unsealed=1)
def a_row_with_a_random_mac(db: Connection, _: Site, rng: random.Random) -> None:
    forge.put(db, forge.rows(db)[0], mac=rng.randbytes(32))
