"""The wiring: exactly one storage receiver a signal, or no start."""

import re
from typing import Any
from uuid import UUID

import pytest
from blinker import ANY, NamedSignal
from flask import Flask

from auth.signals import AUTH_SIGNALS, recording_unavailable
from dashboard import receivers
from dashboard.receivers import (
    WiringError,
    check_wiring,
    connect_receivers,
    connect_terminal,
    point_to_entry,
    store_entry,
)
from dashboard.signals import entry_recorded, person_erased

ALL_SIGNALS = (*AUTH_SIGNALS, recording_unavailable, entry_recorded, person_erased)


@pytest.fixture(autouse=True)
def connected() -> None:
    """All is as it should be."""
    connect_receivers()


def also_stores(_app: Flask, **_: Any) -> None:
    """Be a second storage receiver."""


also_stores.is_storage = True  # type: ignore[attr-defined]


def listens(_app: Flask, **_: Any) -> None:
    """Hear and store nothing."""


def test_as_it_is_wired_it_may_start() -> None:
    check_wiring()


def test_connecting_again_is_harmless() -> None:
    connect_receivers()
    check_wiring()


@pytest.mark.parametrize("signal", AUTH_SIGNALS, ids=lambda signal: signal.name)
def test_a_signal_without_storage_keeps_it_from_starting(signal: Any) -> None:
    signal.disconnect(store_entry)
    try:
        with pytest.raises(WiringError, match=f"{signal.name} has 0 storage receivers"):
            check_wiring()
    finally:
        connect_receivers()


@pytest.mark.parametrize("signal", AUTH_SIGNALS, ids=lambda signal: signal.name)
def test_a_signal_stored_twice_keeps_it_from_starting(signal: Any) -> None:
    with signal.connected_to(also_stores), pytest.raises(WiringError, match="has 2 storage receivers"):
        check_wiring()


def test_who_only_listens_is_welcome() -> None:
    with AUTH_SIGNALS[0].connected_to(listens):
        check_wiring()


def test_attempts_of_an_outage_are_kept() -> None:
    assert receivers.spool_attempt in list(recording_unavailable.receivers_for(ANY))


def test_every_consequence_of_a_signal_is_a_function_here_with_a_sentence() -> None:
    heard = {function for signal in ALL_SIGNALS for function in signal.receivers_for(ANY)}
    assert heard == {receivers.store_entry, receivers.spool_attempt}
    assert all(re.fullmatch(r"[A-Z][^\n]+\.", function.__doc__ or "") for function in heard)


@pytest.mark.parametrize("signal", ALL_SIGNALS, ids=lambda signal: signal.name)
def test_a_signal_carries_its_contract(signal: NamedSignal) -> None:
    assert "* sender: the Flask application" in str(signal.__doc__)
    assert "Sent by " in str(signal.__doc__)


@pytest.mark.parametrize("is_tried_out", [True, False])
def test_a_terminal_hears_where_an_entry_is_unless_in_production(
    sqlite_app: Flask, caplog: pytest.LogCaptureFixture, *, is_tried_out: bool
) -> None:
    settings = sqlite_app.config["SETTINGS"]
    connect_terminal(sqlite_app, settings.model_copy(update={"database_url": None} if is_tried_out else {}))
    event_id = UUID(int=7)
    try:
        for receiver in entry_recorded.receivers_for(sqlite_app):
            receiver(sqlite_app, event_id=event_id)
    finally:
        entry_recorded.disconnect(point_to_entry, sqlite_app)
    told = [f"an entry: http://127.0.0.1:8000/admin/logins/{event_id}"] if is_tried_out else []
    assert [line.getMessage() for line in caplog.records] == told
