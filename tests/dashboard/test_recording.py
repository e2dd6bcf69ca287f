"""Whatever records an entry records it once, although the answer to its COMMIT is lost."""

import ast
import sys
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import tests.support.recording_webhooks
import tests.support.token_acts  # noqa: F401 - registers what it does
from models import db, transaction
from tests.support.actions import entries
from tests.support.recording import ACTIONS
from tests.support.servers.gatehouse import ROOT

#: Those that others call to record.
WAYS = {"dashboard.receivers.store_entry", "dashboard.log.recorder.record"}


def losing(lost: set[UUID]) -> Callable[[Session], None]:
    """Return a COMMIT that takes effect and whose answer is lost, once for each entry; those are ``lost``."""

    def commit(session: Session) -> None:
        present = session.info.get(transaction.TRIAL)
        entries = set(present.entries) if present else set()
        Session.commit(session)
        if entries - lost:
            lost.update(entries)
            session.invalidate()
            raise OperationalError("COMMIT", None, Exception("lost"), connection_invalidated=True)

    return commit


@pytest.fixture(params=["at once", "while the next try works", "by its id alone"])
def seen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the COMMIT becomes visible; at the latest as the next try adds an entry of the same id."""
    look, looks = transaction.Trial._is_stored, iter([False])
    may_see: dict[str, Callable[[], bool]] = {
        "at once": lambda: True,
        "while the next try works": lambda: next(looks, True),
        "by its id alone": lambda: sys.exception() is not None,
    }
    sees = may_see[request.param]
    monkeypatch.setattr(transaction.Trial, "_is_stored", lambda *of: sees() and look(*of))


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize("name", ACTIONS)
def test_it_is_recorded_once_though_the_answer_to_its_commit_is_lost(
    app: Flask, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = ACTIONS[name][1]()
    before, lost = {entry.event_id for entry in entries()}, set[UUID]()
    monkeypatch.setattr(type(db.session()), "commit", losing(lost))
    act()
    after = {entry.event_id for entry in entries()}
    assert len(lost) == 1
    assert after - before == lost


def test_each_place_that_records_is_among_them() -> None:
    tried = {caller for callers, _ in ACTIONS.values() for caller in callers}
    assert set(callers()) - WAYS == tried


def callers() -> Iterator[str]:
    """Yield the functions and classes of modules that add entries."""
    for folder in ("auth", "dashboard"):
        for path in (ROOT / folder).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for top in ast.parse(path.read_text()).body:
                if isinstance(top, ast.FunctionDef | ast.ClassDef) and any(map(adds, ast.walk(top))):
                    yield f"{module}.{top.name}"


def adds(node: ast.AST) -> bool:
    """Whether something says `record`, `signals.record_change`, `signals.emit` or makes an entry itself."""
    match node:
        case ast.Call(ast.Name("record" | "adds_entry")) | ast.Attribute(
            ast.Name("signals"), "emit" | "record_change"
        ):
            return True
        case ast.Call(ast.Name("LoginLog")) | ast.Call(ast.Name("insert"), [ast.Name("LoginLog")]):
            return True
    return False
