"""Whatever is sent to the pages at the gate, the answer is a page and never a fault of ours."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from auth import policy
from models import User, db
from tests.support.actions import AuthActions, entries

NAUGHTY = [
    *("\x00", "a\x00b", "\x01\x1b\x7f", "\r\nSet-Cookie: a=b", "\u202e\u200b", "\ufffe\uffff", "😀" * 300),
    *("Z̸̡̢͚̫̎" * 50, "ﷺ" * 60, "' OR '1'='1", '"><script>alert(1)</script>', "{{ 7 * 7 }}", "%s%n", "\\", " "),
]
LOGIN = {"username": "alice", "password": "wrong", "remember": "y", "next": "/account"}
REGISTER = {
    "username": "zoe",
    "email": "zoe@example.org",
    "password": "correct horse",
    "confirm": "correct horse",
    "gender": "other",
    "city": "Köln",
    "hobbies": "music",
}
FORMS = [("/login", LOGIN, field) for field in LOGIN] + [("/register", REGISTER, field) for field in REGISTER]


@pytest.mark.parametrize(("path", "fields", "field"), FORMS)
def test_no_text_in_any_field_is_too_much(
    auth: AuthActions, path: str, fields: dict[str, str], field: str
) -> None:
    token = auth.token()
    sent = [fields | {"csrf_token": token, field: text} for text in NAUGHTY]
    answers = {auth.client.post(path, data=data).status_code for data in sent}
    assert answers <= {302, 400, 401, 429}


@pytest.mark.parametrize(("path", "fields", "field"), FORMS)
def test_a_file_in_any_field_is_no_text(
    auth: AuthActions, path: str, fields: dict[str, str], field: str
) -> None:
    data = fields | {"csrf_token": auth.token(), field: (BytesIO(b"\x00\xff"), "name.bin")}
    answer = auth.client.post(path, data=data, content_type="multipart/form-data")
    assert answer.status_code in (302, 400, 401)


JSON = ["[]", "{}", '{"username": 5}', '{"username": "\\ud800"}', "[[1]]", "{", ""]
BODIES = [
    (b"\xff\xfe\x00=%ff%00&&&=;", "application/x-www-form-urlencoded"),
    (b"&".join(b"a%d=b" % number for number in range(2000)), "application/x-www-form-urlencoded"),
    (b"--b\r\nContent-Disposition: form-data", "multipart/form-data; boundary=b"),
    (b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" * 300, "multipart/form-data; boundary=b"),
    (b"x", "multipart/form-data"),
    (b"", "\x00"),
    *((body.encode(), "application/json") for body in JSON),
]


@pytest.mark.parametrize("path", ["/login", "/register", "/logout", "/account"])
def test_a_body_that_is_no_form_is_refused(auth: AuthActions, path: str) -> None:
    auth.token()
    answers = [auth.client.post(path, data=body, content_type=kind).status_code for body, kind in BODIES]
    assert set(answers) <= ({400, 413} if path in ("/login", "/register") else {303, 413})


@pytest.mark.parametrize("path", ["/login", "/register"])
@pytest.mark.parametrize("body", JSON)
def test_json_is_no_form_even_with_a_token(auth: AuthActions, path: str, body: str) -> None:
    headers = {"X-CSRFToken": auth.token()}
    answer = auth.client.post(path, data=body, content_type="application/json", headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/login", "/register", "/logout", "/account"])
@pytest.mark.parametrize("start", [b"a=", b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n"])
def test_ten_megabytes_are_too_much(client: FlaskClient, path: str, start: bytes) -> None:
    kind = "application/x-www-form-urlencoded" if start == b"a=" else "multipart/form-data; boundary=b"
    answer = client.post(path, data=start + b"x" * 10_000_000, content_type=kind)
    assert answer.status_code == 413
    assert "That was too much" in answer.text


@pytest.mark.parametrize("path", ["/login", "/register", "/logout", "/account"])
def test_without_its_token_no_form_counts(auth: AuthActions, alice: User, path: str) -> None:
    auth.login("alice")
    for token in (None, "", "x", "\x00", "IjEi.x.y", "😀" * 100):
        given = {} if token is None else {"csrf_token": token}
        answer = auth.client.post(path, data=LOGIN | REGISTER | given)
        assert answer.status_code == 400
        assert "This form is out of date" in answer.text
    assert len(entries()) == 1


def test_the_token_of_somebody_else_does_not_count(auth: AuthActions, alice: User) -> None:
    stranger = AuthActions(auth.client.application.test_client())
    auth.token()
    assert auth.client.post("/login", data=LOGIN | {"csrf_token": stranger.token()}).status_code == 400


def test_a_changed_cookie_is_no_cookie(auth: AuthActions, alice: User) -> None:
    auth.login("alice")
    cookie = auth.client.get_cookie("gatehouse")
    assert cookie
    for value in (cookie.value[:-1], cookie.value[1:], f"e30{cookie.value}", f"{cookie.value}x"):
        auth.client.set_cookie("gatehouse", value)
        assert auth.client.get("/account").status_code == 302


def test_any_cookie_is_answered(client: FlaskClient) -> None:
    for value in ("", ".", "..", "a.b.c", ".eJw.a.b", "\x00", "a" * 5000, "é", '"', "e30.x.y"):
        header = {"Cookie": f"gatehouse={value}; tz={value}".encode().decode("latin-1")}
        assert client.get("/account", headers=header).status_code == 302


@pytest.mark.parametrize("token", [None, "", "1", "\x00", "x" * 1000])
def test_a_signed_cookie_without_a_session_is_a_strangers(client: FlaskClient, token: str | None) -> None:
    with client.session_transaction() as held:
        held["_user_id"] = token
    assert client.get("/account").status_code == 302


@pytest.mark.parametrize("path", ["/", "/login", "/register", "/account", "/nowhere", "/healthz"])
def test_any_query_and_header_is_answered(client: FlaskClient, path: str) -> None:
    names = ("USER_AGENT", "ACCEPT_LANGUAGE", "REFERER", "ORIGIN", "X_FORWARDED_FOR", "AUTHORIZATION")
    for text in NAUGHTY:
        one_line = text.replace("\r\n", "").encode().decode("latin-1")
        headers = {f"HTTP_{name}": one_line for name in names}
        query = {"next": text, "tz": text, "q": text, text: text}
        answer = client.get(path, query_string=query, environ_overrides=headers)
        assert answer.status_code in (200, 302, 404)


PATHS = ["/%00", "/%ff", "/\u202e", "/..%2f..%2fetc", "//", "/static/../auth/views.py", "/a" * 2000]


def test_any_path_is_answered(client: FlaskClient) -> None:
    assert {client.get(path).status_code for path in PATHS} <= {302, 308, 404}


def test_a_password_is_estimated_only_when_all_else_holds(
    auth: AuthActions, monkeypatch: pytest.MonkeyPatch
) -> None:
    estimated: list[str] = []
    monkeypatch.setattr(policy, "is_common", lambda password: bool(estimated.append(password)))
    wrong = {
        "username": "a b",
        "email": "nobody",
        "confirm": "another",
        "city": "\x00",
        "hobbies": "gambling",
    }
    for field, text in (wrong | {"csrf_token": "x"}).items():
        assert auth.register(**{"username": "zoe", field: text}).status_code == 400
    assert estimated == []
    assert auth.register("zoe").status_code == 302
    assert len(estimated) == 1


#: What takes minutes to normalise as a whole.
ACCENTS = "\N{COMBINING ACUTE ACCENT}\N{COMBINING GRAVE ACCENT BELOW}" * 60_000


@pytest.mark.parametrize("path", ["/login", "/register"])
def test_a_name_is_normalised_only_as_far_as_names_go(
    auth: AuthActions, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    lengths: list[int] = []

    def normalize(form: str, text: str) -> str:
        lengths.append(len(text))
        return text[:1]

    monkeypatch.setattr("models.names.unicodedata.normalize", normalize)
    token = auth.token()
    data = {"username": ACCENTS, "email": ACCENTS, "password": ACCENTS, "city": ACCENTS}
    assert auth.client.post(path, data={**data, "csrf_token": token}).status_code == 413
    data = {"username": ACCENTS[:20_000], "email": "zoe@example.org", "csrf_token": token}
    assert auth.client.post(path, data=data).status_code == 400
    assert max(lengths, default=0) <= 1024


def test_a_hobby_is_kept_once_and_a_thousand_wrong_ones_are_not_repeated(auth: AuthActions) -> None:
    page = auth.register("zoe", hobbies=[f"{number:032}" for number in range(1000)])
    assert (page.status_code, page.text.count("0" * 29)) == (400, 7)
    assert auth.register("zoe", hobbies=["music"] * 1000).status_code == 302
    assert db.session.scalars(select(User.hobbies)).one() == ["music"]
