"""A person is forgotten, and what happened stays provable."""

import json
from itertools import islice
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from auth.events import AuthEvent, Client, Subject
from auth.factors.passwords import verify_password
from dashboard.log.chain import PERSONAL_COLUMNS
from dashboard.log.recorder import MAX_DETAIL, canonical
from dashboard.log.sealer import seal_all
from dashboard.proof import erase
from dashboard.proof.erase_ranges import as_text
from dashboard.proof.verify.verify import current_standing, verify
from dashboard.signals import person_erased
from models import Action, LoginLog, Outcome, User, UserSession, db
from tests.dashboard.proof.verify.tampering import LOG, changed, fault, sealed_book
from tests.support.actions import PASSWORD, AuthActions, make_user
from tests.support.book import entry, store
from tests.support.proof import history, signer


def erased(user_id: int) -> int:
    """Erase the entries of a person and return how many were blanked."""
    return sum(erase.blank(user_id, erase.entries_of(user_id), signer(), actor=Subject("operator")))


def blanked() -> set[int | None]:
    """Return the numbers of the entries without a nonce."""
    return set(db.session.scalars(select(LoginLog.seq).where(LoginLog.person_nonce.is_(None))))


@pytest.fixture(autouse=True)
def book(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book with seven entries of user 1, blanked three at a time."""
    monkeypatch.setattr(erase, "ERASE_BATCH", 3)
    sealed_book()


def of_user(user_id: int) -> set[int | None]:
    """Return the numbers of a person's entries."""
    about = (LoginLog.user_id == user_id) & (LoginLog.action != Action.ERASE)
    return set(db.session.scalars(select(LoginLog.seq).where(about)))


def test_personal_fields_go_and_the_book_is_intact() -> None:
    theirs = of_user(1)
    assert erased(1) == len(theirs) >= 7
    assert blanked() == theirs
    for row in db.session.scalars(select(LoginLog).where(LoginLog.seq.in_(theirs))):
        assert [getattr(row, name) for name in PERSONAL_COLUMNS] == [None] * len(PERSONAL_COLUMNS)
        assert row.user_id == 1
        assert row.place
        assert row.person
    assert fault() is None


def test_each_batch_has_an_entry_that_lists_it() -> None:
    theirs = sorted(seq for seq in of_user(1) if seq)
    erased(1)
    rows = db.session.scalars(select(LoginLog).where(LoginLog.action == Action.ERASE).order_by(LoginLog.seq))
    found = [
        (row.user_id, row.username, row.actor_name, json.loads(row.detail or "")["erased"]) for row in rows
    ]
    batches = [theirs[first : first + 3] for first in range(0, len(theirs), 3)]
    assert found == [(1, None, "operator", as_text(batch)) for batch in batches]


def test_the_longest_list_fits() -> None:
    batch = [10**18 - 1 - 2 * number for number in range(150, 0, -1)]
    plain = AuthEvent(Action.ERASE, Outcome.SUCCESS, None, Client())
    event = signer().sign(plain, {"erased": as_text(batch)})
    assert len(canonical(event.detail) or "") <= MAX_DETAIL


def test_entries_where_they_are_the_actor_are_theirs() -> None:
    store([entry(40, "bob", user_id=2, actor_id=9, actor_name="mallory", action=Action.ACCOUNT_LOCK)])
    seal_all()
    assert erased(9) == 1
    assert fault() is None


def test_names_without_an_account_stay_as_they_are() -> None:
    erased(1)
    masked = select(func.count()).where(LoginLog.name_ref.is_not(None), LoginLog.person_nonce.is_not(None))
    assert db.session.scalar(masked) == 2


def test_again_blanks_nothing_more() -> None:
    erased(1)
    assert erased(1) == 0
    assert fault() is None


def test_an_interrupted_erasure_goes_on() -> None:
    list(islice(erase.blank(1, erase.entries_of(1), signer()), 1))
    assert fault() is None
    assert erased(1) > 0
    assert blanked() == of_user(1)
    assert fault() is None


def test_entries_that_come_meanwhile_are_blanked_too() -> None:
    work = erase.blank(1, erase.entries_of(1), signer())
    next(work)
    store([entry(41)])
    assert sum(work) > 0
    assert blanked() == of_user(1)


def test_an_erasure_during_a_verification_harms_nothing() -> None:
    standing = current_standing()
    erased(1)
    verify(standing, history(), lambda _: None)


def test_blank_entries_that_no_entry_lists_are_found() -> None:
    seq = min(seq for seq in of_user(1) if seq)
    changed(LOG, LOG.c.seq == seq, **dict.fromkeys(PERSONAL_COLUMNS))
    assert str(fault()) == f"entry {seq}: its name and detail are blank, but no erase entry lists it"


def test_an_erase_entry_that_lists_more_than_it_did_is_found() -> None:
    erased(1)
    row = db.session.scalars(select(LoginLog).where(LoginLog.action == Action.ERASE).limit(1)).one()
    changed(LOG, LOG.c.seq == row.seq, detail='{"erased":"1-99"}')
    changed(LOG, LOG.c.action == Action.LOG_PURGE, **dict.fromkeys(PERSONAL_COLUMNS))
    broken = fault()
    assert broken is not None
    assert broken.seq == min(seq for seq in of_user(1) if seq)  # what it listed is vouched for no more
    assert "name and detail" in broken.how


def test_erase_entries_are_never_blanked() -> None:
    erased(1)
    seal_all()
    assert erase.entries_of(1) == []


def test_it_is_told_once_at_the_end(app: Flask) -> None:
    heard: list[tuple[object, int, bool]] = []

    def receiver(sender: Flask, *, user_id: int) -> None:
        heard.append((sender, user_id, blanked() == of_user(1)))

    with person_erased.connected_to(receiver):
        erased(1)
    assert heard == [(app, 1, True)]


def test_the_account_becomes_nobodys(client: FlaskClient) -> None:
    user = make_user("Élise", city="Lyon", gender="female", hobbies=["music"], locale="zh", timezone="UTC")
    AuthActions(client).login("Élise")
    assert erase.find_account("ÉLISE") == user.id
    assert erase.close_account(user.id) == f"erased-{user.id}"
    db.session.expire_all()
    left = db.session.get_one(User, user.id)
    facts = (left.email, left.email_key, left.gender, left.city, left.locale, left.timezone, left.hobbies)
    assert facts == (None,) * 6 + ([],)
    assert (left.username, left.username_key) == (f"erased-{user.id}",) * 2
    assert left.disabled
    assert not verify_password(left.password_hash, PASSWORD)
    assert not db.session.scalar(select(func.count(UserSession.id)))
    assert client.get("/account").status_code == 302
    assert erase.find_account("Élise") is None


def test_a_taken_name_gets_a_suffix() -> None:
    user = make_user("bob")
    make_user(f"erased-{user.id}")
    name = erase.close_account(user.id)
    assert name.startswith(f"erased-{user.id}-")
    assert erase.close_account(user.id).startswith(f"erased-{user.id}-")


def test_whoever_is_erased_can_be_a_stranger_again(client: FlaskClient) -> None:
    user = make_user("carol")
    erase.close_account(user.id)
    AuthActions(client).login("carol")
    newest = db.session.scalars(select(LoginLog).order_by(LoginLog.id.desc()).limit(1)).one()
    assert (newest.username, newest.user_id, newest.reason) == ("c***", None, "unknown_user")
    assert isinstance(newest.event_id, UUID)
