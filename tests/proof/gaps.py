"""Attacks that take something away and vouch for it: (b), (c), and with files of checkpoints, (d)."""

import os
import random
import shutil

from sqlalchemy import Connection

from dashboard.log.chain import PERSONAL_COLUMNS, PLACE_COLUMNS
from tests.proof import forge
from tests.proof.attack import ALL, COVERED, attack
from tests.proof.site import Site

# (b) blank entries of others and vouch for it


@attack("b", unsealed=1)
def an_erase_entry_for_others(db: Connection, _: Site, rng: random.Random) -> None:
    low = rng.randint(1, 6)
    row = forge.rows(db)[0]
    listed = forge.detail(erased=f"{low}-{low + 3}")
    forge.put(db, row, action="erase", outcome="success", reason=None, detail=listed, user_id=1)
    forge.blank(db, low, low + 3, *PERSONAL_COLUMNS)
    forge.recompute(db)


@attack("b", unsealed=1)
def an_erase_entry_for_the_future(db: Connection, _: Site, __: random.Random) -> None:
    row = forge.rows(db)[0]
    listed = forge.detail(erased="1-999999")
    forge.put(db, row, action="erase", outcome="success", reason=None, detail=listed, user_id=1)
    forge.blank(db, COVERED + 1, ALL, *PERSONAL_COLUMNS)
    forge.recompute(db)


@attack("b")
def a_sealed_erase_entry(db: Connection, _: Site, __: random.Random) -> None:
    row = forge.rows(db)[0]
    listed = forge.detail(erased="1-9")
    forge.put(db, row, seq=ALL + 1, action="erase", outcome="success", reason=None, detail=listed)
    forge.blank(db, 1, 9, *PERSONAL_COLUMNS)
    forge.recompute(db)


@attack("b")
def an_erase_entry_made_of_another(db: Connection, _: Site, rng: random.Random) -> None:
    seq = rng.randint(1, ALL)
    listed = forge.detail(erased="1-15", key="0" * 16, signature="A" * 86 + "==")
    forge.change(db, seq, action="erase", outcome="success", reason=None, detail=listed)
    forge.blank(db, 1, seq - 1 or 1, *PERSONAL_COLUMNS)
    forge.recompute(db)


@attack("b")
def blank_without_a_word(db: Connection, _: Site, rng: random.Random) -> None:
    seq = rng.randint(1, ALL)
    forge.blank(db, seq, seq, *PERSONAL_COLUMNS)
    forge.recompute(db)


@attack("b", unsealed=1)
def an_address_purge_of_our_own(db: Connection, _: Site, __: random.Random) -> None:
    row = forge.rows(db)[0]
    told = forge.detail(through=9, before="2030-01-01T00:00:00+00:00")
    forge.put(db, row, action="address_purge", outcome="success", reason=None, detail=told, user_id=None)
    forge.blank(db, 1, 9, *PLACE_COLUMNS)
    forge.head(db, places_blank=9)
    forge.recompute(db)


# (c) delete the oldest and vouch for it


def _cut_the_begin(db: Connection, last: int) -> str:
    """Delete the first entries as a prune does; return the detail that tells so."""
    rows = forge.rows(db)
    tree = forge.Frontier()
    tree.extend(row["chain"] for row in rows[:last])
    forge.remove(db, 1, last)
    anchor = rows[last - 1]["chain"]
    forge.head(db, pruned=last, anchor=anchor, anchor_frontier=tree.as_bytes())
    return forge.detail(through=last, chain=anchor.hex(), entries=last, before="2030-01-01T00:00:00+00:00")


@attack("c", unsealed=1)
def a_log_purge_of_our_own(db: Connection, _: Site, rng: random.Random) -> None:
    row = forge.rows(db)[0]
    told = _cut_the_begin(db, rng.randint(1, 9))
    forge.put(db, row, action="log_purge", outcome="success", reason=None, detail=told, user_id=None)
    forge.recompute(db)


@attack("c")
def a_sealed_log_purge(db: Connection, _: Site, rng: random.Random) -> None:
    row = forge.rows(db)[0]
    told = _cut_the_begin(db, rng.randint(1, 9))
    forge.put(db, row, seq=ALL + 1, action="log_purge", outcome="success", reason=None, detail=told)
    forge.recompute(db)


@attack("c")
def a_log_purge_made_of_another(db: Connection, _: Site, __: random.Random) -> None:
    told = _cut_the_begin(db, 4)
    forge.change(db, ALL, action="log_purge", outcome="success", reason=None, detail=told)
    forge.recompute(db)


@attack("c")
def delete_the_oldest_without_a_word(db: Connection, _: Site, rng: random.Random) -> None:
    _cut_the_begin(db, rng.randint(1, ALL))
    forge.recompute(db)


# (d) names and times of checkpoint files


def _copied(site: Site, name: str) -> None:
    shutil.copy(site.files()[0], site.store.folder / name)


@attack("d")
def an_old_checkpoint_of_the_year_2999(db: Connection, site: Site, rng: random.Random) -> None:
    name = site.files()[0].name.split("-")
    _copied(site, f"{name[0]}-{name[1]}-29990101T000000Z-{COVERED}-0.note")
    forge.remove(db, rng.randint(6, COVERED), ALL)
    forge.recompute(db)


@attack("d")
def an_old_checkpoint_in_place_of_its_name(db: Connection, site: Site, __: random.Random) -> None:
    _copied(site, "zzzz.note")
    os.utime(site.store.folder / "zzzz.note", (2**31, 2**31))
    forge.remove(db, 6, ALL)
    forge.recompute(db)


@attack("d")
def an_old_checkpoint_as_a_former_one(db: Connection, site: Site, __: random.Random) -> None:
    _copied(site, "00000000-00000000-29990101T000000Z.json")
    forge.remove(db, 8, ALL)
    forge.recompute(db)
    forge.head(db, checkpoint_size=1)
