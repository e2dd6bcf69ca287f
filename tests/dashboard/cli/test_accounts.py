"""``create-admin`` and ``reset-password``."""

import pytest
from flask import Flask

from auth.events import Client
from auth.factors.passwords import verify_password
from auth.pages.forms import RegisterForm
from auth.service import Credentials, authenticate
from auth.sessions import CurrentUser, load_user
from dashboard.proof.erase import find_account
from models import Role, User, db
from tests.dashboard.cli.conftest import Run, on, refusal
from tests.support.actions import entries, make_user


def account(name: str) -> User:
    db.session.rollback()
    return db.session.query(User).filter_by(username_key=name).one()


def printed_password(line: str) -> str:
    return line.rstrip("\n").rpartition("password: ")[2]


def test_an_admin_is_made_with_a_password_printed_once(app: Flask, manage: Run) -> None:
    result = manage("create-admin", "Root", "--email", "Root@Example.org")
    made = account("root")
    assert (made.username, made.email, made.role) == ("Root", "Root@example.org", Role.ADMIN)
    assert verify_password(made.password_hash, printed_password(result.stdout))
    assert [(entry.action, entry.outcome, entry.user_id) for entry in entries()] == [
        ("register", "success", made.id)
    ]


def test_a_password_on_stdin_is_taken_and_not_printed(app: Flask, manage: Run) -> None:
    result = manage("create-admin", "李娜", "--role", "viewer", "--password-stdin", given="tulips at dawn\n")
    made = account("李娜")
    assert made.role == Role.VIEWER
    assert verify_password(made.password_hash, "tulips at dawn")
    assert "tulips" not in result.output


def test_if_none_makes_the_first_admin_only(app: Flask, manage: Run) -> None:
    assert "Admin admin made" in manage("create-admin", "admin", "--if-none").stdout
    second = manage("create-admin", "other", "--if-none")
    assert (second.exit_code, second.output) == (0, "")
    assert len(entries()) == 1


def test_a_taken_name_is_refused_however_it_is_written(app: Flask, manage: Run) -> None:
    make_user("alice")
    assert "user of this name" in refusal(manage("create-admin", "ALICE"))


def test_what_a_form_refuses_is_refused_here_too(app: Flask, manage: Run) -> None:
    assert "2 to 64 letters" in refusal(manage("create-admin", "a b"))
    assert "not an e-mail address" in refusal(manage("create-admin", "root", "--email", "nobody"))
    assert "at least 8 characters" in refusal(
        manage("create-admin", "root", "--password-stdin", given="short\n")
    )
    assert "too common" in refusal(manage("create-admin", "root", "--password-stdin", given="password1\n"))
    assert entries() == []


UNFIT = {
    "username": ["a", "a b", "a" * 65, "ﷺ" * 64],
    "email": ["nobody", "a@b@c", "㌖" * 60 + "@example.org", "a" * 250 + "@example.org", "a@xn--a", "a@b..c"],
    "password": ["short77", "password1", "é" * 513, "0" * 30, "abcdefghijklmnopqrstuvwxyz"],
}
CASES = [(field, text) for field, texts in UNFIT.items() for text in texts]


@pytest.mark.parametrize(("field", "text"), CASES)
def test_form_and_command_line_refuse_the_same(sqlite_app: Flask, field: str, text: str) -> None:
    given = {"username": "rosa", "email": "root@example.org", "password": "tulips at dawn", field: text}
    sent = given | {"confirm": given["password"]}
    with sqlite_app.test_request_context("/register", method="POST", data=sent):
        form = RegisterForm(meta={"csrf": False})
        assert not form.validate()
    run = on(str(sqlite_app.config["SQLALCHEMY_DATABASE_URI"]))
    arguments = ("create-admin", given["username"], "--email", given["email"], "--password-stdin")
    line = refusal(run(*arguments, given=given["password"]))
    assert line.endswith(f"does not hold: {form.errors[field][0]}")


@pytest.mark.parametrize("command", [("create-admin", "rosa"), ("reset-password", "alice"), ("seed",)])
@pytest.mark.parametrize("password", ["short", "password1", "a" * 1025, "\udcff" * 10])
def test_no_command_takes_a_password_that_a_form_refuses(
    sqlite_app: Flask, command: tuple[str, ...], password: str
) -> None:
    make_user("alice")
    run = on(str(sqlite_app.config["SQLALCHEMY_DATABASE_URI"]))
    given = password.encode("utf-8", "surrogateescape")
    assert "the password on stdin does not hold" in refusal(run(*command, "--password-stdin", given=given))
    assert entries() == []


def test_a_reset_ends_sessions_and_is_recorded(app: Flask, manage: Run) -> None:
    user = make_user("alice", password="old and well known")
    with app.test_request_context():
        signed_in = authenticate(Credentials("alice", "old and well known"), Client())
        assert isinstance(signed_in, CurrentUser)
        result = manage("reset-password", "Alice")
        assert load_user(signed_in.token) is None
    assert verify_password(account("alice").password_hash, printed_password(result.stdout))
    assert (entries()[-1].action, entries()[-1].user_id) == ("password_reset", user.id)


def test_nobody_s_password_cannot_be_reset(app: Flask, manage: Run) -> None:
    assert refusal(manage("reset-password", "nobody")) == "there is no user called nobody"


def test_a_name_that_looks_like_another_s_is_its_own(app: Flask, manage: Run) -> None:
    admin, other = (
        make_user("admin").id,
        make_user("ad\u034fmin", username_key="ad\u034fmin", email_key=None).id,
    )
    manage("reset-password", "ad\u034fmin", "--password-stdin", given="tulips at dawn\n")
    db.session.rollback()
    hashes = {user.id: user.password_hash for user in db.session.query(User)}
    assert verify_password(hashes[other], "tulips at dawn")
    assert not verify_password(hashes[admin], "tulips at dawn")
    assert find_account("ad\u034fmin") == other
    assert find_account("ADMIN") == admin


def test_a_password_that_follows_from_the_account_is_refused(app: Flask, manage: Run) -> None:
    make_user("margarete")
    for words in (["create-admin", "margarete"], ["reset-password", "margarete"]):
        for given in ("Margarete99!\n", "Gatehouse1\n", "Summer2026!\n"):
            assert "too easy to guess" in refusal(manage(*words, "--password-stdin", given=given))
