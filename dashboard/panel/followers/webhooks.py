"""The pages of webhooks: which there are, what became of each delivery, and what admins do with them."""

from uuid import UUID, uuid4

from flask import Flask, Response, abort, make_response, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user

from auth.pages.access import require_role
from auth.pages.problem import note
from auth.pages.render import shown_again
from dashboard.followers.webhooks.manage import (
    MAX_WEBHOOKS,
    TooManyWebhooks,
    add_webhook,
    change_webhook,
)
from dashboard.panel.followers.webhook_acts import WebhookActs, act_of_admin, secret_to_show
from dashboard.panel.followers.webhook_form import WebhookForm
from dashboard.panel.followers.webhook_lists import find_webhook, listed_webhooks
from dashboard.query.language.parse import MAX_QUERY
from models import Role, Webhook


class WebhooksPage(WebhookActs):
    """Webhooks; everybody of the panel sees them, admins set them up."""

    below = "followers.index"

    def is_visible(self) -> bool:
        """Whether the menu has it: the page of followers leads here."""
        return False

    @expose("/")
    def index(self) -> str:
        """List the webhooks."""
        return self.render(
            "admin/webhooks.html", listed=listed_webhooks(), may_act=self.may_act(), most=MAX_WEBHOOKS
        )

    @expose("/new", methods=["GET", "POST"])
    def new(self) -> ResponseReturnValue:
        """Make one; its secret stands on the answer only."""
        if elsewhere := require_role(Role.ADMIN):
            return elsewhere
        form = _form()
        if not form.is_submitted():
            return self.form_page(form)
        if not form.validate():
            return self.form_page(form, 400)
        key = form.once.key or uuid4()
        try:
            public_id = add_webhook(form.wanted(), act_of_admin(), key)
        except TooManyWebhooks:
            full = _("There are %(n)s webhooks, which is the most. Delete one first.", n=MAX_WEBHOOKS)
            return self.form_page(form, 400, full)
        return self.shown(public_id, secret=secret_to_show(public_id, key), was_made=True)

    @expose("/<uuid:public_id>")
    def webhook(self, public_id: UUID) -> ResponseReturnValue:
        """Show one and its deliveries."""
        return self.shown(public_id)

    @expose("/<uuid:public_id>/edit", methods=["GET", "POST"])
    def edit(self, public_id: UUID) -> ResponseReturnValue:
        """Set one up otherwise."""
        if elsewhere := require_role(Role.ADMIN):
            return elsewhere
        webhook = _found(public_id)
        form = _form(webhook)
        if not form.is_submitted():
            return self.form_page(form, webhook=webhook)
        if not form.validate():
            return self.form_page(form, 400, webhook=webhook)
        if not change_webhook(public_id, form.wanted(), act_of_admin()):
            abort(404)
        return self.done(public_id, _("It is set up so from now on."))

    def form_page(
        self,
        form: WebhookForm,
        status: int = 200,
        notice: str | None = None,
        *,
        webhook: Webhook | None = None,
    ) -> Response:
        """Return the form; ``notice`` tells why nothing was done."""
        if status != 200:
            wrong = {name: texts for name, texts in form.errors.items() if name}
            note(notice or _("Not yet: see the marked fields."), wrong)
        page = self.render(
            "admin/webhook_form.html",
            form=form,
            notice=notice,
            webhook=webhook,
            longest=MAX_QUERY,
        )
        return make_response(page, status)


def webhook_forms_come_back(app: Flask, view: WebhooksPage) -> WebhooksPage:
    """Have the forms of ``view`` shown again when the page's own token is out of date."""

    def again(status: int, notice: str) -> Response | None:
        if not (current_user.is_authenticated and current_user.role.includes(Role.ADMIN)):
            return None
        public_id = (request.view_args or {}).get("public_id")
        webhook = find_webhook(public_id) if public_id else None
        return view.form_page(WebhookForm(request.form), status, notice, webhook=webhook)

    for endpoint in ("webhooks.new", "webhooks.edit"):
        shown_again(app, endpoint, again)
    return view


def _form(webhook: Webhook | None = None) -> WebhookForm:
    """Return the form as it was sent, else with what ``webhook`` has."""
    if request.method == "POST":
        return WebhookForm(request.form)
    return WebhookForm(formdata=None, obj=webhook)


def _found(public_id: UUID) -> Webhook:
    webhook = find_webhook(public_id)
    if webhook is None:
        abort(404)
    return webhook
