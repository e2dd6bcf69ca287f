"""The pages that list webhooks and set them up: what they show, and what comes of odd input."""

import html
import re

import pytest
from sqlalchemy import select

from dashboard.followers.webhooks import manage
from models import Webhook
from models.clock import now
from tests.dashboard.followers.webhooks.hook import (
    acts,
    change,
    fresh,
    secret_of,
    webhook,
)
from tests.dashboard.panel.followers.webhook_pages import (
    NEW,
    SECRET,
    add,
    fields,
    one,
    send,
)
from tests.support.actions import AuthActions

#: What nobody should type.
ODD = ["\0", "x" * 5000, "<script>alert(1)</script>", "李娜", "' OR 1=1 --", "{{ 7 * 7 }}", "%s%n", " "]


def test_the_secret_is_shown_once(admin: AuthActions) -> None:
    sent = fields(admin)
    first, again = (admin.client.post(NEW, data=sent) for _ in range(2))
    assert SECRET.findall(first.text) == SECRET.findall(again.text) == [secret_of(webhook())]
    assert SECRET.search(admin.client.get(one()).text) is None
    change(secret_at=now() - 2 * manage.ROTATION)
    late = admin.client.post(NEW, data=sent)
    assert SECRET.search(late.text) is None
    assert "This form made its secret before" in late.text
    assert len(acts()) == 1


def test_the_form_makes_no_second_one_after_a_rotation(admin: AuthActions) -> None:
    sent = fields(admin)
    admin.client.post(NEW, data=sent)
    send(admin, "/rotate")
    assert SECRET.search(admin.client.post(NEW, data=sent).text) is None
    assert len(fresh(select(Webhook))) == 1


def test_a_rotated_secret_is_shown_once_too(admin: AuthActions) -> None:
    add(admin)
    former = secret_of(webhook())
    answer = send(admin, "/rotate")
    assert SECRET.findall(answer.text) == [secret_of(webhook())] != [former]
    assert "the former one signs too, until" in admin.client.get(one()).text


#: A field, what is typed there, and how that is told.
WRONG = [
    ("name", "", "Give it a name"),
    ("name", "x" * 65, "At most 64 characters."),
    ("name", "a\x00b", "Control characters"),
    ("url", "", "Enter where to send to."),
    ("url", "ftp://example.org", "This is not an address"),
    ("url", "https://user:word@example.org/", "Leave user name and password out"),
    ("url", "http://169.254.169.254/", "it is not public"),
    ("query", "nope:1", "There is no filter “nope”"),
    ("query", "user:alice user:bob", "can never both hold"),
    ("query", '"', "A quote is not closed"),
    ("query", "x" * 801, "too long"),
    ("format", "xml", "Not a valid choice"),
]


def test_what_is_wrong_is_told_beside_its_field(admin: AuthActions) -> None:
    for field, value, told in WRONG:
        answer = add(admin, **{field: value})
        assert answer.status_code == 400
        (wrong,) = re.findall(rf'id="{field}-wrong">(.*?)</p>', answer.text)
        assert told in html.unescape(wrong)
        assert re.search(rf'<(?:input|select)[^>]*\bautofocus[^>]*name="{field}"', answer.text) or (
            re.search(rf'<(?:input|select)[^>]*name="{field}"[^>]*\bautofocus', answer.text)
        )
        assert 'role="alert"' in answer.text
        assert acts() == []


@pytest.mark.parametrize("field", ["name", "url", "query", "format", "once", "csrf_token"])
def test_odd_input_is_no_error_of_ours(admin: AuthActions, field: str) -> None:
    for odd in ODD:
        answer = add(admin, **{field: odd})
        assert answer.status_code in (200, 400)
        assert "<script>alert" not in answer.text
        assert "49" not in re.findall(r"<bdi>(.*?)</bdi>", answer.text)


def test_a_form_without_its_fields_is_told(admin: AuthActions) -> None:
    token = fields(admin)["csrf_token"]
    assert admin.client.post(NEW, data={"csrf_token": token}).status_code == 400
    assert admin.client.post(NEW, data={"csrf_token": token, "name": ["a", "b"]}).status_code == 400
    assert acts() == []


def test_a_form_that_is_out_of_date_comes_back_with_what_was_typed(admin: AuthActions) -> None:
    answer = add(admin, csrf_token="x", name="typed already")
    assert answer.status_code == 400
    assert 'value="typed already"' in answer.text
    add(admin)
    answer = admin.client.post(one("/edit"), data={"csrf_token": "x", "name": "changed already"})
    assert answer.status_code == 400
    assert 'value="changed already"' in answer.text


def test_no_more_than_there_may_be(admin: AuthActions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage, "MAX_WEBHOOKS", 1)
    add(admin)
    answer = add(admin)
    assert answer.status_code == 400
    assert "Delete one first." in answer.text


def test_it_is_changed(admin: AuthActions) -> None:
    add(admin)
    page = admin.client.get(one("/edit")).text
    assert 'value="https://hooks.example/x"' in page
    sent = fields(admin, one("/edit"), url="https://hooks.example/y", query="")
    answer = admin.client.post(one("/edit"), data=sent)
    assert (answer.status_code, answer.location) == (303, one())
    assert (webhook().url, webhook().query) == ("https://hooks.example/y", "")
    assert "all entries" in admin.client.get(one()).text
