"""From one entry to others: filters added from a cell, and what happened around it."""

import re
from html import unescape
from uuid import UUID

import pytest

from tests.support.book import SESSION, entry, store, various

LIST = "/admin/logins/"


@pytest.fixture
def page(client, auditor):
    def read(path, **asked):
        answer = client.get(path, query_string=asked or None)
        assert answer.status_code == 200
        return answer.text

    return read


def listed(text):
    return [UUID(number).int for number in re.findall(r'<tr data-event="([^"]+)"', text)]


def links(text):
    """Return where the links of a page lead, by what they say."""
    found = re.findall(r'<a (?:class="[^"]*" )?href="([^"]+)"[^>]*>(?:<bdi>)?([^<]+)', text)
    return {label.strip(): unescape(href) for href, label in found}


def test_a_cell_adds_its_filter_to_the_query(page):
    store(various())
    leads = links(page(LIST, q="outcome:success action:login", size="20", tz="Asia/Tokyo"))
    assert listed(page(leads["10.0.0.7"])) == [1]
    assert "q=outcome:success+action:login+ip:10.0.0.7" in leads["10.0.0.7"]
    assert "tz=Asia/Tokyo" in leads["10.0.0.7"]
    assert "size=20" in leads["10.0.0.7"]
    assert listed(page(leads["alice"])) == [1]
    assert 'agent:"Firefox+140"' in leads["Firefox 140"].replace("%22", '"')
    assert listed(page(leads["Firefox 140"])) == [1]


def test_a_cell_takes_the_place_of_filters_of_its_kind(page):
    store(various())
    text = page(LIST, q="-user:alice -user:audrey outcome:failure")
    assert "q=outcome:failure+user:alina" in links(text)["alina"]


def test_a_cell_adds_to_any_query(page):
    store([entry(1, "bob")])
    text = page(LIST, q='-user:"VALUE" -agent:"a VALUE" outcome:success', **{"from": "2026-01-01"})
    assert listed(page(links(text)["bob"])) == [1]
    assert links(text)["bob"].endswith("user:bob&from=2026-01-01&tz=UTC")


def test_an_entry_leads_on_from_the_list_it_was_opened_from(page):
    store(various())
    (address,) = re.findall(r'href="([^"]+)"><time', page(LIST, q="ip:10.0.0.7", tz="Asia/Tokyo"))
    text = page(unescape(address))
    assert "UTC+9" in text
    leads = links(text)
    assert "q=ip:10.0.0.7+user:alice" in leads["alice"]
    assert f"session:{SESSION}" in leads[str(SESSION)]
    assert listed(page(leads["Firefox 140"])) == [1]


def test_an_entry_opened_from_nonsense_is_shown_all_the_same(page):
    store(various())
    assert "All entries around it" in page(f"{LIST}{UUID(int=1)}", q="nope:1", tz="Nowhere")


def test_what_happened_around_an_entry(page):
    store(entry(number, "alice" if number % 2 else "bob", ip="10.0.0.7") for number in range(1, 81))
    leads = links(page(f"{LIST}{UUID(int=40)}"))
    around = leads["All entries around it"]
    assert around.endswith(f"#e-{UUID(int=40)}")
    assert listed(page(around))[:12] == list(range(30, 42))
    same_user = listed(page(leads["Same user"]))
    assert same_user[:11] == list(range(20, 42, 2))
    assert listed(page(leads["Same address"]))[:12] == list(range(30, 42))
    assert "Same session" not in leads


def test_an_entry_among_the_newest_is_on_the_first_page(page):
    store(entry(number) for number in range(1, 5))
    assert "after=" not in links(page(f"{LIST}{UUID(int=2)}"))["Same user"]
