"""What people do on the pages of webhooks."""

import html
import re

from flask import Flask
from werkzeug.test import TestResponse

from models import Role
from tests.dashboard.followers.webhooks.hook import webhook
from tests.support.actions import AuthActions, make_user

PAGE = "/admin/followers/webhooks/"
NEW = f"{PAGE}new"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


def signed_in(site: Flask, role: Role) -> AuthActions:
    name = f"some-{role}"
    make_user(name, role)
    browser = AuthActions(site.test_client())
    browser.login(name)
    return browser


def fields(browser: AuthActions, page: str = NEW, **changed: str) -> dict[str, str]:
    """Return the fields of a form as it is shown, with what somebody typed."""
    shown = browser.client.get(page).text
    found = dict(re.findall(r'name="(csrf_token|once)"[^>]*value="([^"]+)"', shown))
    typed = {"name": "siem", "url": "https://hooks.example/x", "query": "action:login", "format": "json"}
    return {**found, **typed, **changed}


def add(browser: AuthActions, **changed: str) -> TestResponse:
    return browser.client.post(NEW, data=fields(browser, **changed))


def one(what: str = "") -> str:
    return f"{PAGE}{webhook().public_id}{what}"


def send(browser: AuthActions, what: str, **more: str) -> TestResponse:
    """Send one of the forms of the webhook's page."""
    page = browser.client.get(one()).text
    found = dict(re.findall(r'name="(csrf_token|once)"[^>]*value="([^"]+)"', page))
    return browser.client.post(one(what), data=found | more)


def text_of(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", answer.text)))
