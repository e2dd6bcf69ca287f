"""A device that signed in before is told by a cookie that nobody else can make."""

from collections.abc import Iterator

import pytest
from flask import Flask

from auth.factors.devices import MAX_KNOWN, device_of, with_account


@pytest.fixture(autouse=True)
def keys() -> Iterator[Flask]:
    """An app with a key."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = "k" * 32
    with app.app_context():
        yield app


def test_it_tells_the_account_and_generation_it_is_for() -> None:
    cookie = with_account("", 7, 0)
    device = device_of(cookie, 7, 0)
    assert device
    assert device_of(cookie, 7, 1) is device_of(cookie, 8, 0) is None
    assert device_of(with_account(cookie, 7, 0), 7, 0) == device


def test_several_accounts_share_a_device() -> None:
    cookie = ""
    for account in range(MAX_KNOWN + 2):
        cookie = with_account(cookie, account, 0)
    known = [account for account in range(MAX_KNOWN + 2) if device_of(cookie, account, 0)]
    assert known == list(range(2, MAX_KNOWN + 2))


@pytest.mark.parametrize(
    "forged", ["", "x", "7.a.0.b", "~~~~~~~", "7." + "A" * 22 + ".0." + "0" * 32, "\ud800"]
)
def test_what_is_not_ours_tells_nothing(forged: str) -> None:
    assert device_of(forged, 7, 0) is None
    assert device_of(with_account(forged, 7, 0), 7, 0)


def test_an_altered_one_tells_nothing() -> None:
    cookie = with_account("", 7, 0)
    assert device_of(cookie.replace("7.", "8.", 1), 8, 0) is None
    assert device_of(cookie.replace(".0.", ".1.", 1), 7, 1) is None


def test_one_of_a_fallback_key_still_tells(keys: Flask) -> None:
    cookie = with_account("", 7, 0)
    keys.config.update(SECRET_KEY="n" * 32, SECRET_KEY_FALLBACKS=["k" * 32])
    assert device_of(cookie, 7, 0)
    keys.config.update(SECRET_KEY_FALLBACKS=[])
    assert device_of(cookie, 7, 0) is None
