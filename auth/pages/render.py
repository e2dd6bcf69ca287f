"""The auth pages as they are shown, and shown again when what was sent could not be taken."""

from collections.abc import Callable

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.exceptions import HTTPException

from auth import history
from auth.addresses.confirmation import is_to_confirm
from auth.addresses.page import confirm_page
from auth.attempts import Refused
from auth.pages.forms import LoginForm, ProfileForm, RegisterForm
from auth.pages.problem import note
from models import User, db
from models.zones import zone_names

_OTHERS = "gatehouse.forms"


def login_page(form: LoginForm, status: int = 200, notice: str | None = None) -> Response:
    """Return the sign-in page; ``notice`` tells why nobody was let in."""
    _note(form, notice)
    page = render_template(
        "auth/login.html",
        form=form,
        notice=notice,
        later=status in (429, 503),
        registration_open=_is_open(),
    )
    return make_response(page, status)


def register_page(form: RegisterForm, status: int = 200, notice: str | None = None) -> Response:
    """Return the registration page; without a form while registration is closed."""
    words = notice if _is_open() else _("Registration is closed. Ask an admin for an account.")
    _note(form, words)
    page = render_template("auth/register.html", form=form, closed=not _is_open(), notice=notice)
    return make_response(page, status)


def account_page(form: ProfileForm, status: int = 200, notice: str | None = None) -> Response:
    """Return the user's account, with their sign-ins and sessions."""
    _note(form, notice)
    page = render_template(
        "auth/account.html",
        form=form,
        notice=notice,
        zones=sorted(zone_names()),
        unconfirmed=_unconfirmed(),
        entries=history.own_entries(current_user.user_id),
        sessions=history.own_sessions(current_user.user_id),
    )
    return make_response(page, status)


def too_many(refused: Refused) -> tuple[int, str]:
    """Return the status and the words for somebody who must wait."""
    seconds = refused.retry_after or 1
    if refused.is_busy:
        return 503, _("Too many people want to come in right now. Try again in %(n)s seconds.", n=seconds)
    if seconds > 90:
        return 429, _("Too many attempts. Try again in %(n)s minutes.", n=-(-seconds // 60))
    return 429, _("Too many attempts. Try again in %(n)s seconds.", n=seconds)


def form_again(status: int, notice: str) -> Response | None:
    """Return the page of the form that was sent, with what was typed, but no password, and a fresh token.

    None when the request sent none of our forms.
    """
    others: dict[str, Callable[[int, str], Response | None]] = current_app.extensions.get(_OTHERS, {})
    show = (_AGAIN | others).get(request.endpoint or "")
    if show is None or request.method != "POST":
        return None
    try:
        return show(status, notice)
    except HTTPException:  # what was sent is no form
        return None


def shown_again(app: Flask, endpoint: str, show: Callable[[int, str], Response | None]) -> None:
    """Have the form of another page of ``app`` shown again by ``show``, from a status and a notice."""
    app.extensions.setdefault(_OTHERS, {})[endpoint] = show


def _login_again(status: int, notice: str) -> Response:
    return login_page(LoginForm(request.form), status, notice)


def _register_again(status: int, notice: str) -> Response:
    return register_page(RegisterForm(request.form), status, notice)


def _account_again(status: int, notice: str) -> Response | None:
    return account_page(ProfileForm(request.form), status, notice) if current_user.is_authenticated else None


def _confirm_again(status: int, notice: str) -> Response:
    return confirm_page((request.view_args or {})["token"], status, notice)


_AGAIN: dict[str, Callable[[int, str], Response | None]] = {
    "auth.login": _login_again,
    "auth.register": _register_again,
    "auth.account": _account_again,
    "auth.confirm_email": _confirm_again,
}


def _unconfirmed() -> str | None:
    """Return the own address that a letter can confirm, if there is one."""
    account = db.session.get(User, current_user.user_id)
    return account.email if account and is_to_confirm(account) else None


def _is_open() -> bool:
    return bool(current_app.config["REGISTRATION"] == "open")


def _note(form: FlaskForm, notice: str | None) -> None:
    """Keep what the page tells, for clients that prefer JSON."""
    wrong = {name: texts for name, texts in form.errors.items() if name}
    note(notice or _("Not yet: see the marked fields."), wrong)
