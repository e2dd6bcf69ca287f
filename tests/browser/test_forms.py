"""A form that failed says so: an alert, the title, and the focus on the first wrong field."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LOOK, Odd

ERROR = {"en": "Error:", "zh": "错误\uff1a"}


@pytest.fixture(params=["en", "zh"])
def page(odd: Odd, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A stranger's page in each language."""
    with chromium.new_context(**LOOK | {"locale": request.param}) as context:
        yield context.new_page()


def language(page: Page) -> str:
    return str(page.evaluate("document.documentElement.lang"))


def fails(page: Page, name: str | None) -> None:
    """The page tells that its form failed, and the field of that name, or the alert, has the focus."""
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.title().startswith(ERROR[language(page)])
    focused = page.locator(f"[name={name}]").first if name else page.get_by_role("alert")
    expect(focused).to_be_focused()
    if name:
        expect(focused).to_have_attribute("aria-invalid", "true")
        described = page.evaluate(
            "(document.activeElement.getAttribute('aria-describedby')"
            " ?? document.activeElement.closest('fieldset').getAttribute('aria-describedby'))"
            ".split(' ').map((id) => document.getElementById(id).textContent.trim())"
        )
        assert all(described)


def test_a_fresh_form_is_no_failure(odd: Odd, page: Page) -> None:
    page.goto(f"{odd.site.url}/login")
    expect(page.locator("[name=username]")).to_be_focused()
    assert not page.title().startswith(ERROR[language(page)])


@pytest.mark.parametrize(
    ("given", "wrong"),
    [({}, "username"), ({"username": "alice"}, "password"), ({"password": "x"}, "username")],
)
def test_a_sign_in_that_lacks_something(odd: Odd, page: Page, given: dict[str, str], wrong: str) -> None:
    page.goto(f"{odd.site.url}/login")
    for name, text in given.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=password]").press("Enter")

    fails(page, wrong)


def test_a_wrong_password_and_too_many_of_them(odd: Odd, page: Page) -> None:
    name = f"stranger-{page.evaluate('navigator.language')}"
    page.goto(f"{odd.site.url}/login")
    for number in range(30):
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill("not it")
        with page.expect_response("**/login") as answer:
            page.locator("[name=password]").press("Enter")
        if answer.value.status == 429:
            break
        if not number:
            fails(page, "password")
    fails(page, None)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, "username"),
        ({"username": "newcomer"}, "email"),
        ({"username": "newcomer", "email": "a@example.org", "password": "correct horse"}, "confirm"),
        (
            {
                "username": "alice.kowalska",
                "email": "b@example.org",
                "password": "correct horse battery",
                "confirm": "correct horse battery",
            },
            "username",
        ),
    ],
)
def test_a_registration_that_does_not_hold(odd: Odd, page: Page, given: dict[str, str], wrong: str) -> None:
    page.goto(f"{odd.site.url}/register")
    for name, text in given.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=password]").press("Enter")

    fails(page, wrong)


def test_a_hobby_nobody_offers(odd: Odd, page: Page) -> None:
    page.goto(f"{odd.site.url}/register")
    for name, text in {"username": "hobbyist", "email": "h@example.org"}.items():
        page.locator(f"[name={name}]").fill(text)
    for name in ("password", "confirm"):
        page.locator(f"[name={name}]").fill("correct horse battery")
    page.locator("[name=hobbies]").first.evaluate("box => { box.value = 'x'; box.checked = true }")
    page.locator("[name=confirm]").press("Enter")

    fails(page, "hobbies")


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_zone_and_a_query_that_do_not_exist(odd: Odd, chromium: Browser, locale: str) -> None:
    with chromium.new_context(**LOOK | {"locale": locale}, storage_state=odd.seat) as context:
        page = context.new_page()
        page.goto(f"{odd.site.url}/account")
        page.locator("[name=timezone]").fill("Mars/Olympus")
        page.locator("[name=timezone]").press("Enter")
        fails(page, "timezone")
        for query, wrong in (("q=nope:1", "q"), ("from=never", "from"), ("tz=Mars", "tz")):
            page.goto(f"{odd.site.url}/admin/logins/?{query}")
            fails(page, wrong)
