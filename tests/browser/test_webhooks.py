"""An admin adds a webhook, sees a delivery fail and has it delivered again."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from models import Role, db
from tests.browser.conftest import Open, sign_in
from tests.support.actions import make_user
from tests.support.app import build
from tests.support.servers.gatehouse import Site, serving
from tests.support.servers.receiver import Receiver, accept, receiving
from tests.support.waiting import wait_until


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An endpoint that fails at first."""
    with receiving(lambda handler: handler.reply(500, b"not yet <b>here</b>")) as receiver:
        yield receiver


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[Site]:
    """A site from which webhooks may go to loopback, with an admin."""
    shutil.copy(sqlite_template, tmp_path / "gatehouse.db")
    url = f"sqlite:///{tmp_path / 'gatehouse.db'}"
    with build(url).app_context():
        make_user("adam", Role.ADMIN)
        make_user("vera", Role.VIEWER)
        db.engine.dispose()
    with serving(url, tmp_path, webhook_allow_private="true") as site:
        yield site


def test_from_its_creation_to_a_failed_and_a_repeated_delivery(
    site: Site, receiver: Receiver, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, site, "adam")
    page.get_by_role("link", name="Followers").click()
    page.get_by_role("link", name="0 webhooks").click()
    page.get_by_role("link", name="New webhook").click()
    secret = add_with_an_error_first(page, receiver)

    row = page.locator("tr[data-event]").first
    sign_in(open_page(), site, "vera")
    wait_until(lambda: receiver.heard, "the sign-in of vera is sent")
    page.goto(re.sub(r"/new$", "/", page.url))
    page.get_by_role("link", name="chat").click()
    expect(page.locator("h1 + .badge")).to_have_text("failing")
    expect(row).to_contain_text("It answered that it failed.")
    expect(row).to_contain_text("not yet <b>here</b>")

    receiver.answering = accept
    row.get_by_role("button", name="Deliver entry").click()
    expect(page.locator(".notice.ok")).to_contain_text("It is delivered again.")
    wait_until(lambda: len(receiver.heard) >= 2, "it is sent once more")
    assert len(set(receiver.ids)) == 1
    assert {message["type"] for message in receiver.verified(secret)} == {"login.success"}
    expect_delivered(page)

    page.get_by_role("button", name="Send a test").click()
    expect(page.locator("#tested")).to_contain_text("The test was delivered.")
    expect(page.locator("#tested")).to_be_focused()


def add_with_an_error_first(page: Page, receiver: Receiver) -> str:
    """Fill in the form, with a mistake that is told; return the secret."""
    page.get_by_label("Name").fill("chat")
    page.get_by_label("Address").fill(receiver.url)
    page.get_by_label("Which entries").fill("users:vera")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("alert")).to_contain_text("Not yet: see the marked field")
    expect(page.get_by_label("Which entries")).to_be_focused()
    expect(page.locator("#query-wrong")).to_contain_text("There is no filter “users”")
    page.get_by_label("Which entries").fill("user:vera action:login")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#made")).to_be_focused()
    return page.locator(".secret").inner_text().strip().split()[0]


def expect_delivered(page: Page) -> None:
    """Look again until the delivery is through."""

    def is_through() -> bool:
        page.reload()
        return page.locator("tr[data-event]").first.get_attribute("data-state") == "delivered"

    wait_until(is_through, "the page says that it was delivered")


def test_it_is_deleted_after_a_second_thought(site: Site, receiver: Receiver, open_page: Open) -> None:
    page = open_page()
    sign_in(page, site, "adam")
    page.goto(f"{site.url}/admin/followers/webhooks/new")
    add_with_an_error_first(page, receiver)
    expect(page.get_by_role("button", name="Delete it now")).to_be_hidden()
    page.get_by_text("Delete…").click()
    page.get_by_role("button", name="Delete it now").click()
    expect(page.get_by_role("status").first).to_contain_text("The webhook is deleted.")
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
