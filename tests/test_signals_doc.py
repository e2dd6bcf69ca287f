"""docs/signals.md is true: its example is short, is run, and does what it says."""

import logging
import re

import flask
import pytest
from flask import Flask

from dashboard.background import schedule
from dashboard.signals import entry_recorded
from dashboard.watch.catalogue import BUILT_IN, name_of
from tests.support.actions import AuthActions, make_user
from tests.support.servers.gatehouse import ROOT
from tests.support.waiting import wait_until

TEXT = (ROOT / "docs" / "signals.md").read_text()
(EXAMPLE,) = re.findall(r"^```python example\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def test_a_signal_and_its_receiver_are_ten_lines() -> None:
    lines = [line for line in EXAMPLE.splitlines() if line.strip() and '"""' not in line]
    assert len([line for line in lines if not line.startswith("from ")]) <= 10


def test_the_example_hears_of_a_sign_in(sqlite_app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    names: dict[str, object] = {}
    exec(compile(EXAMPLE, "docs/signals.md", "exec"), names)
    make_user("alice")
    schedule.start(sqlite_app)
    try:
        with caplog.at_level(logging.WARNING):
            AuthActions(sqlite_app.test_client()).login("alice")
            wait_until(lambda: "the door opens for" in caplog.text, "it was told")
    finally:
        schedule.stop(sqlite_app)
        entry_recorded.disconnect(names["open_door"])


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:auth|dashboard)/[\w/]+\.py)`", TEXT))))
def test_each_file_it_names_is_there(path: str) -> None:
    assert (ROOT / path).is_file()


def test_each_of_flask_s_own_has_its_use_told() -> None:
    section = TEXT.partition("## What each of Flask's own")[2].partition("\n## ")[0]
    names = {name_of(signal).replace("-", "_") for signal in BUILT_IN}
    assert set(re.findall(r"`(\w+)`", section)) >= names
    for signal in (flask.request_started, flask.template_rendered, flask.message_flashed):
        assert name_of(signal).replace("-", "_") in section.partition("counted only")[0]
