"""Each kind of attack is found, and never signed."""

import random
from pathlib import Path

import pytest

from dashboard.proof.verify.verify import current_standing
from models import db
from tests.proof import around, gaps, rewriting, values
from tests.proof.attack import ALL, ATTACKS, COVERED, MARIADB_ONLY, SQLITE_ONLY, UNSEALED
from tests.proof.lives import live_honestly
from tests.proof.site import Site, open_site
from tests.support.servers.gatehouse import ROOT
from tests.support.waiting import wait_until

#: Where the attacks are.
KINDS = (around, rewriting, gaps, values)


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_found(name: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = "sqlite" if database_url.startswith("sqlite") else "mariadb"
    if name in (MARIADB_ONLY if kind == "sqlite" else SQLITE_ONLY):
        return  # that database refuses such a value
    with open_site(database_url, tmp_path, monkeypatch) as site:
        attacked(site, name, random.Random(f"{name} {kind}"))


def attacked(site: Site, name: str, rng: random.Random) -> None:
    """Attack a site that has lived a little; see that it is found, and that nothing forged is signed."""
    site.sign_ins(5)
    site.checkpoint()
    site.sign_ins(COVERED - 5)
    site.checkpoint()
    with site.resting():
        site.sign_ins(ALL - COVERED)
        assert site.fault() == ""
        site.watched()
        honest = site.signed() | {current_standing().chain}
        with db.engine.begin() as connection:
            ATTACKS[name](connection, site, rng)
    if count := UNSEALED.get(name):
        wait_until(lambda: site.aside() == count, "what was put there is moved aside")
    site.looks()
    if name not in ONLY_UNSEALED:
        assert site.fault(), "the attack was missed"
        assert site.signed() <= honest, "a forgery was signed"
    else:
        assert site.fault() == ""
        assert site.aside() == UNSEALED[name]


#: Attacks that change nothing but what waits: once that is moved aside the log is what it was.
ONLY_UNSEALED = {name for name in ATTACKS if name.startswith("g ")}


def test_each_letter_is_attacked_in_three_ways_at_least_on_both_databases() -> None:
    for letter in "abcdefgh":
        for refused in (SQLITE_ONLY, MARIADB_ONLY):
            assert (
                len([name for name in ATTACKS if name.startswith(f"{letter} ") and name not in refused]) >= 3
            )


def test_the_page_names_each_kind_of_attack_and_no_other() -> None:
    text = (ROOT / "docs" / "proof.md").read_text()
    table = text[text.index("| who can |") : text.index("Not proven:")]
    named = {row.split("|")[-2].strip() for row in table.splitlines()[2:] if row.strip()} - {""}
    assert named == {name[0] for name in ATTACKS}


@pytest.mark.parametrize("seed", range(3))
def test_an_honest_life_is_no_fault(
    seed: int, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_site(database_url, tmp_path, monkeypatch) as site:
        assert live_honestly(site, random.Random(seed)) == "a life"
