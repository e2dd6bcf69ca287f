"""People at the door of a running server, each attempt in a browser of its own."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import click
import requests

from dashboard.cli.seeding import places
from dashboard.cli.seeding.names import SeedName, names

VISITOR_TIMEOUT = 20
_TOKEN = re.compile(r'name="csrf[-_]token"[^>]*?(?:value|content)="([^"]+)"')


class NoForm(click.ClickException):
    """A page has no form: registration is closed, or this is not Gatehouse."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in, with the agent and the address they usually have."""

    username: str
    password: str = field(repr=False)
    headers: dict[str, str]


class Door:
    """The pages at the gate of one server."""

    def __init__(self, url: str, *, forwarded: bool = False) -> None:
        self._url, self._forwarded = url.rstrip("/"), forwarded

    def headers(self, rng: Random) -> dict[str, str]:
        """Return the headers of a browser somewhere; the server believes the address of one proxy only."""
        address = {"X-Forwarded-For": places.random_address(rng)} if self._forwarded else {}
        return {"User-Agent": places.agent(rng), "Referer": self._url} | address

    def check(self) -> None:
        """Raise ``ClickException`` unless the server answers with a form."""
        try:
            self._open("/login", requests.Session())
        except requests.RequestException:
            raise click.ClickException(
                f"no server answers at {self._url}: start one with `make run`"
            ) from None

    def enrol(self, count: int, rng: Random) -> list[Account]:
        """Register ``count`` people under names that are free."""
        unused = names(rng, set())
        return [self._register(unused, rng) for _ in range(count)]

    def sign_in(self, name: str, password: str, headers: dict[str, str], *, leave: bool) -> int:
        """Try to sign in, and out again when asked to; return the status: 302, 401, 429…"""
        browser = _browser(headers)
        form = {"username": name, "password": password, "csrf_token": self._open("/login", browser)}
        status = self._post("/login", form, browser)
        if status == requests.codes.found and leave:
            self._post("/logout", {"csrf_token": self._open("/account", browser)}, browser)
        return status

    def _register(self, unused: Iterator[SeedName], rng: Random) -> Account:
        for name in (next(unused) for _ in range(20)):
            account = Account(name.username, secrets.token_urlsafe(12), self.headers(rng))
            browser = _browser(account.headers)
            form = {"username": name.username, "email": name.email, "city": name.city}
            form |= {"password": account.password, "confirm": account.password}
            status = self._post("/register", form | {"csrf_token": self._open("/register", browser)}, browser)
            if status == requests.codes.found:
                return account
        why = f"status {status}"
        if status == requests.codes.too_many:
            why = "too many accounts were made from here: try again in an hour"
        raise click.ClickException(f"{self._url} registers nobody ({why})")

    def _open(self, path: str, browser: requests.Session) -> str:
        """Return the CSRF token of a page; raises ``NoForm`` when it has none."""
        page = browser.get(self._url + path, timeout=VISITOR_TIMEOUT)
        token = _TOKEN.search(page.text)
        if token is None:
            raise NoForm(f"{self._url}{path} has no form for us (status {page.status_code})")
        return token[1]

    def _post(self, path: str, form: dict[str, str], browser: requests.Session) -> int:
        answer = browser.post(self._url + path, data=form, timeout=VISITOR_TIMEOUT, allow_redirects=False)
        return answer.status_code


def _browser(headers: dict[str, str]) -> requests.Session:
    browser = requests.Session()
    browser.trust_env = False  # no proxy, no .netrc
    browser.headers.update(headers)
    return browser
