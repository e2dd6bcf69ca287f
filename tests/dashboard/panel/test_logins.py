"""The book's pages, as a browser sees them."""

import re
from uuid import UUID

import pytest

from models import Role
from tests.support.actions import AuthActions, make_user
from tests.support.book import SESSION, entry, store, various

LIST, EXPORT = "/admin/logins/", "/admin/logins/export"


def listed(page):
    return [UUID(text).int for text in re.findall(r'<tr data-event="([^"]+)"', page)]


@pytest.fixture
def page(client, auditor):
    def read(status=200, **asked):
        answer = client.get(LIST, query_string={name.rstrip("_"): text for name, text in asked.items()})
        assert answer.status_code == status
        return answer.text

    return read


def test_the_newest_entries_come_first(page):
    store(various())
    assert listed(page(q="-action:login -action:log_export"))[:3] == [5, 8, 30]
    assert listed(page(q="user:alice")) == [1, 2, 6]


def test_an_unsealed_entry_is_listed(page):
    store([entry(1)])
    assert listed(page(q="user:alice")) == [1]


def test_a_filter_can_be_taken_away(client, page):
    store(various())
    text = page(q="user:alice outcome:failure", from_="2026-11-01", size="20")
    chips = dict(re.findall(r'class="chip" href="([^"]+)"[^>]*><bdi>([^<]+)', text))
    assert set(chips.values()) == {"user:alice", "outcome:failure", "from:2026-11-01"}
    (href,) = [href for href, label in chips.items() if label == "outcome:failure"]
    assert listed(client.get(href.replace("&amp;", "&")).text) == [1, 2, 6]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"q": "nope:1"}, "There is no filter “nope”"),
        ({"q": 'ip:"<b>'}, "A quote is not closed"),
        ({"q": "ip:<script>"}, "“&lt;script&gt;” is not an address"),
        ({"q": "x" * 10_000}, "too long"),
        ({"from_": "soon"}, "“soon” is not a day"),
        ({"to": "2026-99-01"}, "is not a day"),
        ({"from_": "2026-11-22", "to": "2026-11-01"}, "before the beginning"),
        ({"tz": "Nowhere"}, "not a time zone"),
        ({"after": "x"}, "damaged"),
        ({"before": "é"}, "damaged"),
        ({"size": "1000"}, "20, 50 or 100"),
        ({"size": "50' OR 1=1"}, "20, 50 or 100"),
        ({"order": "sideways"}, "newest or oldest"),
        ({"q": "ip:999.1.1.1"}, "“999.1.1.1” is not an address"),
        ({"q": "since:forever"}, "“forever” is not a length of time"),
        ({"q": "action:login' OR '1'='1"}, "There is no action"),
        ({"from_": "2026-11-01'; DROP TABLE login_log; --"}, "is not a day"),
        ({"after": "' UNION SELECT 1 --"}, "damaged"),
        ({"after": "AAAA", "before": "AAAA"}, "not both"),
    ],
)
def test_a_bad_question_is_answered_beside_its_field(page, asked, message):
    text = page(status=400, **asked)
    assert message in text
    assert 'role="alert"' in text
    assert 'name="q"' in text


def test_the_form_keeps_what_was_typed(page):
    text = page(status=400, q='user:"al', from_="2026-11-01")
    assert 'value="user:&#34;al"' in text
    assert 'value="2026-11-01"' in text
    assert 'aria-invalid="true"' in text


def test_an_empty_answer_says_what_to_do(page):
    assert "No entry matches" in page(q="user:nobody")
    assert "Go back to the newest" in page(q="user:nobody", after="A" * 22)


def test_an_entry_shows_all_that_is_known(client, page):
    store(various())
    text = client.get(f"{LIST}{UUID(int=1)}").text
    for fact in ("alice", "10.0.0.7", "Firefox 140", "DE", str(SESSION), str(UUID(int=1))):
        assert fact in text
    assert "?q=ip:10.0.0.7" in text
    assert client.get(f"{LIST}{UUID(int=6)}").status_code == 200


@pytest.mark.parametrize("unknown", [str(UUID(int=12345)), "nope", "1"])
def test_an_unknown_entry_is_not_found(client, page, unknown):
    assert client.get(LIST + unknown).status_code == 404


def test_who_may_do_what(client, role):
    make_user("rita", role)
    AuthActions(client).login("rita")
    token = AuthActions(client).token("/account")
    may_view, may_export = role.includes(Role.VIEWER), role.includes(Role.AUDITOR)
    answer = client.get(LIST)
    assert answer.status_code == (200 if may_view else 403)
    assert (EXPORT in answer.text) == may_export
    assert client.post(EXPORT, data={"csrf_token": token}).status_code == (200 if may_export else 403)


def test_strangers_are_sent_to_sign_in(client):
    assert client.get(f"{LIST}?q=user:alice").headers["Location"].startswith("/login?next=")


def test_a_sign_in_from_a_new_device_has_its_badge_and_is_found_by_it(client, page):
    store([entry(90, "nova", new_device=True), entry(91, "nova", new_device=False), entry(92, "nova")])
    rows = page(q="user:nova")
    assert rows.count("new device</span>") == 1
    assert f'href="{LIST}?q=user:nova+is:new-device"' in rows
    found = page(q="user:nova is:new-device")
    assert (listed(found), found.count("new device</span>")) == ([90], 1)
    assert listed(page(q="user:nova -is:new-device")) == [91, 92]
    assert "new device</span>" in client.get(f"{LIST}{UUID(int=90)}").text
    assert "new device</span>" not in client.get(f"{LIST}{UUID(int=91)}").text
    assert "There is no is “old-device”. Try: new-device." in page(400, q="is:old-device")
