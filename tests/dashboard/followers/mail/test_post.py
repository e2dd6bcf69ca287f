"""Letters go out by themselves, and only where mail is set."""

import re

from flask import Flask

from tests.dashboard.followers.mail.conftest import Deliver
from tests.support.actions import AuthActions
from tests.support.servers.mail import Postbox, text_of_letter


def test_who_registers_is_welcomed_and_confirms_by_the_link(
    site: Flask, postbox: Postbox, deliver: Deliver
) -> None:
    browser = AuthActions(site.test_client())
    browser.register("zoe", email="zoe@example.org")
    assert deliver() == 1
    (letter,) = postbox.letters
    assert letter["To"] == "zoe <zoe@example.org>"
    assert letter["From"] == "Gatehouse <gate@example.org>"
    for kind in ("plain", "html"):
        text = text_of_letter(letter, kind)
        links = set(re.findall(r"https://gate\.example\.org(/email/confirm/[\w-]{75})\b", text))
        assert len(links) == 1
    assert links
