"""Attacks that write the log anew: (a), (e), (h), and what the head says."""

import random

from sqlalchemy import Connection, text

from tests.proof import forge
from tests.proof.attack import ALL, COVERED, attack
from tests.proof.forge import LOG
from tests.proof.site import Site

# (a) rewrite what was covered or not yet, and recompute everything


@attack("a")
def edit_a_covered_entry(db: Connection, _: Site, rng: random.Random) -> None:
    forge.change(db, rng.randint(1, COVERED), outcome="success", reason=None, browser="Forged")
    forge.recompute(db)


@attack("a")
def edit_an_entry_that_no_checkpoint_covers(db: Connection, _: Site, rng: random.Random) -> None:
    forge.change(db, rng.randint(COVERED + 1, ALL), browser="Forged")
    forge.recompute(db)


@attack("a")
def change_whose_it_was(db: Connection, _: Site, rng: random.Random) -> None:
    forge.change(db, rng.randint(1, ALL), user_id=666, username="mallory", username_key="mallory")
    forge.recompute(db)


@attack("a")
def change_an_address(db: Connection, _: Site, rng: random.Random) -> None:
    forge.change(db, rng.randint(1, ALL), ip="203.0.113.66")
    forge.recompute(db)


@attack("a")
def change_a_nonce(db: Connection, _: Site, rng: random.Random) -> None:
    forge.change(db, rng.randint(1, ALL), person_nonce=bytes(16))
    forge.recompute(db)


@attack("a")
def cut_off_the_end(db: Connection, _: Site, rng: random.Random) -> None:
    forge.remove(db, rng.randint(2, COVERED), ALL)
    forge.recompute(db)


@attack("a")
def cut_off_what_no_checkpoint_covers(db: Connection, _: Site, rng: random.Random) -> None:
    forge.remove(db, rng.randint(COVERED + 1, ALL), ALL)
    forge.recompute(db)


@attack("a")
def take_one_out_of_what_no_checkpoint_covers(db: Connection, _: Site, rng: random.Random) -> None:
    seq = rng.randint(COVERED + 1, ALL - 1)
    forge.remove(db, seq, seq)
    forge.renumber(db)
    forge.recompute(db)


@attack("a")
def empty_the_book(db: Connection, _: Site, __: random.Random) -> None:
    forge.remove(db, 1, ALL)
    forge.head(db, chain=None)
    forge.recompute(db)
    forge.head(db, chain=None)


@attack("a")
def remove_one_and_close_the_gap(db: Connection, _: Site, rng: random.Random) -> None:
    seq = rng.randint(1, COVERED)
    forge.remove(db, seq, seq)
    forge.renumber(db)
    forge.recompute(db)


@attack("a")
def swap_two(db: Connection, _: Site, rng: random.Random) -> None:
    one, other = rng.sample(range(1, COVERED + 1), 2)
    ids = {row["seq"]: row["id"] for row in forge.rows(db)}
    for number, seq in ((ids[one], 10**6), (ids[other], one), (ids[one], other)):
        db.execute(LOG.update().where(LOG.c.id == number).values(seq=seq))
    forge.recompute(db)


@attack("a")
def put_one_in_between(db: Connection, _: Site, rng: random.Random) -> None:
    rows, at = forge.rows(db), rng.randint(2, COVERED)
    for row in reversed(rows[at - 1 :]):
        db.execute(LOG.update().where(LOG.c.id == row["id"]).values(seq=row["seq"] + 1))
    forge.put(db, rows[0], seq=at)
    forge.recompute(db)


@attack("a")
def begin_all_anew(db: Connection, _: Site, __: random.Random) -> None:
    rows = forge.rows(db)
    forge.remove(db, 1, ALL)
    for seq, row in enumerate(rows, 1):
        forge.put(db, row, seq=seq, event_id=row["event_id"], outcome="success", reason=None)
    forge.recompute(db)


# (e) be another log


@attack("e")
def another_origin(db: Connection, _: Site, __: random.Random) -> None:
    forge.head(db, origin="0f" * 16)
    forge.recompute(db)


@attack("e")
def another_epoch(db: Connection, _: Site, __: random.Random) -> None:
    forge.head(db, epoch="0f" * 16, first_epoch="0f" * 16)
    forge.recompute(db)


@attack("e")
def another_epoch_alone(db: Connection, _: Site, __: random.Random) -> None:
    forge.head(db, epoch="0f" * 16)


@attack("e")
def another_log_that_knows_no_checkpoint(db: Connection, _: Site, rng: random.Random) -> None:
    forge.head(db, origin="0e" * 16, epoch="0e" * 16, first_epoch="0e" * 16)
    forge.head(db, checkpoint_key=None, checkpoint_size=0)
    forge.change(db, rng.randint(1, ALL), browser="Forged")
    forge.recompute(db)


# (h) rows that say that they are sealed


@attack("h")
def a_sealed_row_without_a_mac(db: Connection, _: Site, __: random.Random) -> None:
    forge.put(db, forge.rows(db)[0], seq=ALL + 1, mac=None)
    forge.recompute(db)


@attack("h")
def sealed_rows_with_others_macs(db: Connection, _: Site, __: random.Random) -> None:
    for seq, row in enumerate(forge.rows(db)[:3], ALL + 1):
        forge.put(db, row, seq=seq)
    forge.recompute(db)


@attack("h")
def a_sealed_row_with_a_random_mac(db: Connection, _: Site, rng: random.Random) -> None:
    forge.put(db, forge.rows(db)[-1], seq=ALL + 1, mac=rng.randbytes(32))
    forge.recompute(db)


@attack("h")
def a_row_beyond_the_head(db: Connection, _: Site, rng: random.Random) -> None:
    forge.put(db, forge.rows(db)[-1], seq=ALL + rng.randint(2, 99), chain=rng.randbytes(32))


# kin: what the head says beside


@attack("i")
def another_tree(db: Connection, _: Site, rng: random.Random) -> None:
    forge.head(db, frontier=rng.randbytes(32 * ALL.bit_count()))


@attack("i")
def no_tree(db: Connection, _: Site, __: random.Random) -> None:
    forge.head(db, frontier=None)


@attack("i")
def totals_that_hide_one(db: Connection, _: Site, __: random.Random) -> None:
    db.execute(text("UPDATE login_total SET count = count + 1"))
