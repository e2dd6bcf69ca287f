"""What is typed into the query field, and what the page says to it."""

import re
from html import unescape

import pytest

from models import Role
from tests.dashboard.panel.test_logins import LIST, listed, page
from tests.support.actions import AuthActions, make_user
from tests.support.book import store, various

__all__ = ["page"]


@pytest.mark.parametrize(
    "q",
    [
        "user:%",
        'user:"al%"',
        "a_ice",
        "user:alice'--",
        "user:\"alice' OR '1'='1\"",
        "user:\\",
        'user:"x\');DROP TABLE login_log;--"',
        "agent:%",
        "user:😀",
    ],
)
def test_values_are_only_values(page, q):
    store(various())
    text = page(q=q)
    assert listed(text) == []
    assert "No entry matches" in text
    assert listed(page(q="user:alice")) == [1, 2, 6]


@pytest.mark.parametrize(
    "q",
    [
        "user:alice' OR '1'='1",
        "x');DROP TABLE login_log;--",
        "al%",
        "user:alice OR user:bob",
        "user:*x",
        *("user:[root]", "user:root&outcome:success", "user:^root", "user:ol?a", "user:{x}"),
        *("agent:Firefox 145", "agent:Firefox 145.0 outcome:success"),
        "outcome:success outcome:failure",
    ],
)
def test_what_means_nothing_is_told_beside_the_field_and_never_none(page, q):
    store(various())
    text = page(status=400, q=q)
    assert 'role="alert"' in text
    assert "No entry matches" not in text
    assert "No entry" not in re.search('role="alert">(.+?)</p>', text, re.DOTALL)[1]


@pytest.mark.parametrize(
    "q",
    ["audrey@example.org", '"audrey@example.org"', "-audrey@example.org", "aud", "user:audrey ip:10.0.0.0/8"],
)
def test_each_link_of_an_answer_is_answered(page, client, q):
    AuthActions(client.application.test_client()).login("audrey@example.org", "wrong password")
    links = {unescape(link) for link in re.findall(r'href="(/admin/logins/\?[^"]+)"', page(q=q))}
    assert len(links) > 5
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_an_e_mail_address_finds_the_account_s_entries(page, client):
    AuthActions(client.application.test_client()).login("audrey@example.org", "wrong password")
    for q in ("user:Audrey@Example.org", "audrey@example.org", "user:audrey"):
        assert len(listed(page(q=q))) == 2


def test_whose_address_it_is_is_told_to_viewers_only(client, role):
    make_user("rita", role)
    make_user("alice")
    AuthActions(client).login("rita")
    answers = [
        client.get(LIST, query_string={"q": f"user:{name}@example.org"}) for name in ("alice", "nobody")
    ]
    expected = 200 if role.includes(Role.VIEWER) else 403
    assert {answer.status_code for answer in answers} == {expected}
    if expected == 403:
        assert len({re.sub('"[^"]*"|<p class="code">.*', "", answer.text) for answer in answers}) == 1


@pytest.mark.parametrize(
    ("typed", "filter_"),
    [("failure", "outcome:failure"), ("Login -al", "action:login"), ("unknown_user", "reason:unknown_user")],
)
def test_a_value_without_its_filter_leads_to_it(page, client, typed, filter_):
    store(various())
    (address,) = re.findall(rf'Did you mean <a href="([^"]+)">{filter_}</a>', page(q=typed))
    assert listed(client.get(unescape(address)).text)
    assert "Did you mean" not in page(q="al")
    assert "Did you mean" not in page(q="user:nobody")
