"""Which entry leads to which letter, to whom, and what it says."""

import re

import pytest
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _

from models import Action, Outcome
from tests.dashboard.followers.mail.conftest import Deliver
from tests.dashboard.followers.mail.letters import about, asked_for_link, confirmed, letters, registered
from tests.support.actions import AuthActions, make_user
from tests.support.servers.mail import Postbox, text_of_letter

LINK = re.compile(r"https://gate\.example\.org(/email/confirm/[\w-]{75})\b")


def test_who_registers_is_welcomed_and_confirms_by_the_link(
    site: Flask, postbox: Postbox, deliver: Deliver
) -> None:
    browser = AuthActions(site.test_client())
    browser.register("zoe", email="zoe@example.org")
    assert deliver() == 1
    (letter,) = postbox.letters
    assert (letter["To"], letter["From"]) == ("zoe@example.org", "Gatehouse <gate@example.org>")
    links = {link for kind in ("plain", "html") for link in LINK.findall(text_of_letter(letter, kind))}
    (link,) = links
    token = re.findall(r'name="csrf_token" value="([^"]+)"', browser.client.get(link).text)[0]
    browser.client.post(link, data={"csrf_token": token})
    assert "Your address is confirmed" in browser.client.get(link).text
    deliver()
    assert postbox.subjects == ["Welcome to Gatehouse: confirm your address"]


def test_who_registers_with_a_stranger_s_address_writes_nothing_to_them(
    site: Flask, postbox: Postbox, deliver: Deliver
) -> None:
    client = site.test_client()
    client.environ_base["HTTP_USER_AGENT"] = "http://evil.example/5 (Evil; evil.example)"
    for name in ("evil.example", "other.evil.example"):
        AuthActions(client).register(name, email="victim@example.org")
    assert deliver() == 2
    for letter in postbox.letters:
        assert letter["To"] == "victim@example.org"
        assert "evil" not in letter.as_string() + text_of_letter(letter) + text_of_letter(letter, "html")
        assert "Hello," in text_of_letter(letter)


def test_only_the_owner_of_a_taken_address_hears_of_it(
    site: Flask, postbox: Postbox, deliver: Deliver
) -> None:
    confirmed("alice")
    AuthActions(site.test_client()).register("mallory", email="ALICE@example.org")
    assert deliver() == 1
    (letter,) = postbox.letters
    assert letter["To"] == "alice <alice@example.org>"
    assert letter["Subject"] == "Somebody tried to register with your address"
    assert "mallory" not in text_of_letter(letter) + text_of_letter(letter, "html")
    assert "https://gate.example.org/login" in text_of_letter(letter)


def test_a_new_device_is_told_to_a_confirmed_address_alone(postbox: Postbox, deliver: Deliver) -> None:
    about(confirmed("alice"))
    about(make_user("bob"))
    assert deliver() == 1
    (letter,) = postbox.letters
    text = text_of_letter(letter)
    assert letter["To"] == "alice <alice@example.org>"
    for part in ("alice", "Firefox 140 · Linux", "203.0.113.9", "(UTC)", "ask an admin"):
        assert part in text


def test_a_new_link_is_sent_to_who_asks(postbox: Postbox, deliver: Deliver) -> None:
    asked_for_link(make_user("alice"))
    asked_for_link(confirmed("bob"))
    assert deliver() == 1
    assert LINK.search(text_of_letter(postbox.letters[0]))


@pytest.mark.parametrize(
    "columns",
    [
        {"new_device": None},
        {"new_device": False},
        {"outcome": Outcome.FAILURE},
        {"action": Action.LOGOUT},
        {"action": Action.REGISTER, "detail": "{"},
        {"action": Action.REGISTER, "detail": "[]"},
        {"action": Action.REGISTER, "detail": '{"account":"7"}'},
        {"action": Action.REGISTER, "detail": '{"account":99999}'},
        {"action": Action.REGISTER, "detail": '{"account":true}', "user_id": None},
        {"user_id": 99999},
        {"user_id": None},
    ],
)
@pytest.mark.usefixtures("site")
def test_other_entries_lead_to_none(deliver: Deliver, columns: dict[str, object]) -> None:
    about(confirmed("alice"), **columns)
    assert (deliver(), list(letters())) == (0, [])


@pytest.mark.parametrize(
    "columns", [{"disabled": True}, {"email": None, "email_key": None}, {"email": "", "email_key": ""}]
)
@pytest.mark.usefixtures("site")
def test_who_has_no_address_or_may_not_come_gets_none(deliver: Deliver, columns: dict[str, object]) -> None:
    alice = confirmed("alice", **columns)
    about(alice)
    registered(alice)
    registered(make_user("mallory"), detail=f'{{"account":{alice.id}}}')
    deliver()
    assert {letter.user_id for letter in letters()} == {alice.id + 1}


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_each_letter_is_in_the_reader_s_language_and_zone(
    site: Flask, postbox: Postbox, deliver: Deliver, locale: str
) -> None:
    alice = confirmed("alice", locale=locale, timezone="Asia/Shanghai")
    about(alice)
    registered(make_user("zoe", language=locale))
    registered(make_user("mallory", disabled=True), detail=f'{{"account":{alice.id}}}')
    assert deliver() == 3
    with force_locale(locale):
        subjects = {
            _("New sign-in to your account"),
            _("Welcome to Gatehouse: confirm your address"),
            _("Somebody tried to register with your address"),
        }
    assert set(postbox.subjects) == subjects
    for letter in postbox.letters:
        assert letter["Content-Language"] == locale
        assert f'<html lang="{locale}">' in text_of_letter(letter, "html")
        zone = "(UTC)" if letter["To"].startswith("zoe") else "(Asia/Shanghai, UTC+8)"
        assert zone in text_of_letter(letter)
        assert ("年" in text_of_letter(letter)) is (locale == "zh")
