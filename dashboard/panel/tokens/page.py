"""The page of API tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Flask, Response, abort, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from auth.pages.client import client_of_request
from auth.pages.problem import note
from auth.pages.redirects import form_stands_on
from auth.pages.render import shown_again
from auth.tokens.holder import MAKERS, is_valid
from dashboard.panel.base import PanelView
from dashboard.panel.tokens.acts import (
    TOKENS_PER_PERSON,
    TooManyTokens,
    Wanted,
    make_token,
    revoke_token,
)
from dashboard.panel.tokens.form import TokenForm
from models import ApiToken, Role, User, db
from models.clock import now

#: Tokens on the page: live ones first, then the newest.
LISTED = 500


@dataclass(frozen=True, slots=True)
class ListedToken:
    """A token and who made it; ``state`` is live, ended, revoked, or idle while its maker may have none."""

    token: ApiToken
    maker: User
    state: str


class Tokens(PanelView):
    """The tokens there are, and the form that makes one."""

    needed = MAKERS

    @expose("/", methods=["GET", "POST"])
    def index(self) -> ResponseReturnValue:
        """List tokens; a form that was sent makes one, whose text stands on this answer only."""
        form = TokenForm(request.form) if request.method == "POST" else TokenForm(formdata=None)
        if not form.is_submitted():
            return self.page(form)
        if not form.validate():
            return self.page(form, 400)
        try:
            made = make_token(_wanted(form), current_user, client_of_request())
        except TooManyTokens:
            form.name.errors = [_("You have %(n)s tokens. Revoke one first.", n=TOKENS_PER_PERSON)]
            return self.page(form, 400)
        return self.page(TokenForm(formdata=None), made=made, was_made=made is None)

    @expose("/<uuid:public_id>/revoke", methods=["POST"])
    @form_stands_on(lambda: url_for("tokens.index"))
    def revoke(self, public_id: UUID) -> ResponseReturnValue:
        """Revoke a token at once; again is harmless."""
        revoked = revoke_token(public_id, current_user, client_of_request())
        if revoked is None:
            abort(404)
        flash(_("The token is revoked.") if revoked else _("The token was revoked before."))
        return redirect(url_for("tokens.index"), 303)

    def page(
        self,
        form: TokenForm,
        status: int = 200,
        notice: str | None = None,
        *,
        made: str | None = None,
        was_made: bool = False,
    ) -> Response:
        """Return the page; ``notice`` tells why nothing was made, ``made`` is the text of a new token."""
        if status != 200:
            wrong = {name: texts for name, texts in form.errors.items() if name}
            note(notice or _("Not yet: see the marked fields."), wrong)
        shown = {"form": form, "notice": notice, "made": made, "was_made": was_made}
        tokens = listed_tokens()
        return make_response(self.render("admin/tokens.html", tokens=tokens, now=now(), **shown), status)


def form_comes_back(app: Flask, view: Tokens) -> Tokens:
    """Have the form of ``view`` shown again when the page's own token is out of date."""

    def again(status: int, notice: str) -> Response | None:
        return view.page(TokenForm(request.form), status, notice) if view.is_accessible() else None

    shown_again(app, "tokens.index", again)
    return view


def listed_tokens() -> Sequence[ListedToken]:
    """Return the tokens of everybody."""
    moment = now()
    joined = select(ApiToken, User).join(User, User.id == ApiToken.user_id)
    order = joined.order_by(is_valid(moment).desc(), ApiToken.id.desc()).limit(LISTED)
    return [ListedToken(token, maker, _state(token, maker)) for token, maker in db.session.execute(order)]


def _state(token: ApiToken, maker: User) -> str:
    if token.revoked_at:
        return "revoked"
    if token.ends_at <= now():
        return "ended"
    return "live" if Role.of(maker.role).includes(MAKERS) and not maker.disabled else "idle"


def _wanted(form: TokenForm) -> Wanted:
    life = timedelta(days=int(form.ends.data))
    return Wanted(form.name.data or "", tuple(form.scopes.data or ()), life, form.once.key)
