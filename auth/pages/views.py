"""The auth pages: HTTP in, HTTP out. What they mean is decided in ``auth.service``."""

from flask import (
    Blueprint,
    Flask,
    current_app,
    flash,
    redirect,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from auth import extensions, last_seen, profile, registration, service, sessions
from auth.addresses.confirmation import sends_letters
from auth.addresses.page import confirm_email, send_link
from auth.attempts import Credentials, NewAccount, Refused
from auth.pages import locale, times
from auth.pages.access import require_role
from auth.pages.client import agent_name, client_of_request
from auth.pages.devices import device_cookie, remember_device
from auth.pages.forms import LoginForm, ProfileForm, RegisterForm, strip
from auth.pages.redirects import next_page, safe_next
from auth.pages.render import account_page, login_page, register_page, too_many
from auth.sessions import CurrentUser
from models import Reason, Role

blueprint = Blueprint("auth", __name__)
blueprint.add_url_rule("/email/confirm/<token>", view_func=confirm_email, methods=["GET", "POST"])
blueprint.add_url_rule("/email/confirm/new", view_func=send_link, methods=["POST"])
Answer = str | Response


def init_app(app: Flask) -> None:
    """Add the auth pages and what they need to ``app``.

    ``STAFF_PAGE``, the endpoint of the first page of those who may see more than themselves, is theirs to
    set who add it.
    """
    extensions.init_app(app)
    last_seen.init_app(app)
    locale.init_app(app)
    times.init_app(app)
    app.add_template_filter(agent_name)
    app.register_blueprint(blueprint)
    app.before_request(sessions.keep_alive)
    app.config.setdefault("STAFF_PAGE", None)


@blueprint.get("/")
def home() -> Response:
    """Send people to their account, strangers to the sign-in page."""
    return redirect(url_for("auth.account" if current_user.is_authenticated else "auth.login"))


@blueprint.route("/login", methods=["GET", "POST"])
@sessions.uses_none
def login() -> Answer:
    """Sign in, or say that it failed without saying why; who is in already goes on."""
    form = LoginForm(request.form, next=request.args.get("next"))  # neither files nor JSON
    if not form.is_submitted():
        known = current_user.is_authenticated
        return redirect(_way_on(current_user, request.args.get("next"))) if known else login_page(form)
    if not form.validate():
        return login_page(form, 400)
    credentials = Credentials(
        strip(form.username.data),
        form.password.data or "",
        remember=form.remember.data,
        once=form.once.key,
        devices=device_cookie(),
        former=session.get("_user_id"),
    )
    result = service.authenticate(credentials, client_of_request())
    if isinstance(result, Refused):
        return _turned_away(form, result)
    return _let_in(result, remember=credentials.remember, target=form.next.data)


@blueprint.post("/logout")
def logout() -> Response:
    """Sign out; without a session there is nothing to do."""
    if current_user.is_authenticated:
        service.sign_out(current_user, client_of_request())
    session.clear()
    return redirect(url_for("auth.login"), 303)


@blueprint.route("/register", methods=["GET", "POST"])
def register() -> Answer:
    """Make an account."""
    if current_user.is_authenticated and request.method != "POST":
        return redirect(url_for("auth.account"))
    form = RegisterForm(request.form, next=request.args.get("next"))
    closed = current_app.config["REGISTRATION"] == "closed"
    if not form.is_submitted():
        return register_page(form, 403 if closed else 200)
    name, client = form.username.data or "", client_of_request()
    if closed or not form.validate():
        reason = Reason.REGISTRATION_CLOSED if closed else _form_reason(form)
        registration.refuse_registration(name, reason, client)
        return register_page(form, 403 if closed else 400)
    refused = registration.register_account(_account(form), client)
    if refused and refused.retry_after is not None:
        return _later(register_page(form, *too_many(refused)), refused.retry_after)
    if refused:
        return register_page(_with_error(form), 400)
    flash(_("Your account is ready. Sign in."))
    if form.email.data and sends_letters():  # to whom the address belongs, whoever that is
        flash(_("A letter is on its way: its link confirms your address."))
    return redirect(url_for("auth.login", next=safe_next(form.next.data)))


@blueprint.route("/account", methods=["GET", "POST"])
def account() -> Answer:
    """Show a person their own sign-ins and sessions, and take the time zone they choose."""
    elsewhere = require_role(Role.USER)
    if elsewhere:
        return elsewhere
    form = ProfileForm(request.form, timezone=current_user.timezone)
    if not form.is_submitted():
        return account_page(form)
    if not form.validate():
        return account_page(form, 400)
    profile.set_timezone(current_user, form.timezone.data or None, client_of_request())
    flash(_("Your time zone is saved."))
    return redirect(url_for("auth.account"))


def _turned_away(form: LoginForm, refused: Refused) -> Response:
    """Answer alike for every reason, but for too many attempts."""
    if refused.retry_after is None:
        return login_page(form, 401, notice=_("Wrong user name or password."))
    return _later(login_page(form, *too_many(refused)), refused.retry_after)


def _later(answer: Response, seconds: int) -> Response:
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _let_in(user: CurrentUser, *, remember: bool, target: str | None) -> Response:
    """Put the new session's token into a fresh cookie.

    The database is not asked again: if it failed now, the session would be there and its owner refused.
    """
    session.clear()
    session.permanent = remember
    login_user(user)
    response = redirect(_way_on(user, target))
    remember_device(response, user)
    return response


def _way_on(user: CurrentUser, target: str | None) -> str:
    """Return where somebody goes who is signed in: where they wanted to, else to their first page."""
    staff_page = current_app.config["STAFF_PAGE"] if user.role != Role.USER else None
    return next_page(target) or url_for(staff_page or "auth.account")


def _form_reason(form: RegisterForm) -> Reason:
    """Return the reason of a form that does not hold: its password alone, or the form."""
    return Reason.PASSWORD_REJECTED if set(form.errors) == {"password"} else Reason.INVALID_FORM


def _with_error(form: RegisterForm) -> RegisterForm:
    """Put a taken name beside its field."""
    form.username.errors = [_("This user name is taken.")]
    return form


def _account(form: RegisterForm) -> NewAccount:
    return NewAccount(
        username=form.username.data or "",
        password=form.password.data or "",
        email=form.email.data,
        gender=form.gender.data or None,
        city=form.city.data or None,
        hobbies=tuple(form.hobbies.data or ()),
        once=form.once.key,
        language=locale.viewer_locale(),
    )
