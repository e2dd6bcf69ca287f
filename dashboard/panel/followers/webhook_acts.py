"""What an admin does to one webhook, and its page, to which each of these leads back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Response, abort, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user

from auth.events import AuthEvent
from auth.pages import once
from auth.pages.access import require_role
from auth.pages.client import client_of_request
from auth.pages.problem import note
from auth.pages.redirects import form_stands_on
from dashboard.followers import control
from dashboard.followers.standing import last_words
from dashboard.followers.webhooks import manage
from dashboard.followers.webhooks.again import repeat_delivery, send_test
from dashboard.followers.webhooks.failures import TROUBLES
from dashboard.followers.webhooks.outbox import follower_name
from dashboard.followers.webhooks.sending.failure import SendFailed
from dashboard.followers.webhooks.sending.signing import decrypted, secret_text
from dashboard.followers.webhooks.sending.target import shown_url
from dashboard.panel.base import PanelView
from dashboard.panel.followers.page import read_entry_number, why_not_in_log
from dashboard.panel.followers.webhook_lists import (
    find_delivery,
    find_webhook,
    listed_webhook,
    page_of_deliveries,
)
from dashboard.panel.followers.webhook_words import STATES
from models import Action, DeliveryState, Role
from models.clock import now

#: For how long a form that is sent again shows its secret anew: the answer to a double click is the last one.
SHOWN_AGAIN = timedelta(minutes=1)
#: Digits that the number of a delivery may have.
_MAX_ID = 18


def page_of_webhook() -> str:
    """Return the path of the page on which the forms of a webhook stand."""
    return url_for("webhooks.webhook", public_id=(request.view_args or {})["public_id"])


def act_of_admin() -> AuthEvent:
    """Return the event of what the current user does to a setting."""
    event: AuthEvent = current_user.event(Action.SETTINGS_CHANGE, client_of_request())
    return event


def secret_to_show(public_id: UUID, key: UUID) -> str | None:
    """Return the secret that the form with this key has just made; None later, and to others."""
    webhook = find_webhook(public_id)
    if webhook is None or key != (webhook.rotated_once or webhook.once):
        return None
    if now() - webhook.secret_at > SHOWN_AGAIN:
        return None
    try:
        return secret_text(decrypted(webhook.secret, public_id))
    except SendFailed:
        return None


class WebhookActs(PanelView):
    """The page of one webhook and its forms; each form that is sent twice acts once."""

    def may_act(self) -> bool:
        """Whether the visitor may change anything here."""
        return bool(current_user.role.includes(Role.ADMIN))

    @expose("/<uuid:public_id>/disable", methods=["POST"])
    @form_stands_on(page_of_webhook)
    def disable(self, public_id: UUID) -> ResponseReturnValue:
        """Send nothing more."""
        return self._act(public_id, manage.switch_off, _("Nothing is sent until it is enabled."))

    @expose("/<uuid:public_id>/enable", methods=["POST"])
    @form_stands_on(page_of_webhook)
    def enable(self, public_id: UUID) -> ResponseReturnValue:
        """Go on where it stopped."""
        if elsewhere := require_role(Role.ADMIN):
            return elsewhere
        if manage.switch_on(public_id, act_of_admin()):
            return self.done(public_id, _("It goes on where it stopped."))
        return self.done(public_id, _("Say anew which entries it gets, then enable it."))

    @expose("/<uuid:public_id>/delete", methods=["POST"])
    @form_stands_on(page_of_webhook)
    def delete(self, public_id: UUID) -> ResponseReturnValue:
        """Delete it; again is harmless."""
        if elsewhere := require_role(Role.ADMIN):
            return elsewhere
        manage.remove_webhook(public_id, act_of_admin())
        flash(_("The webhook is deleted."))
        return redirect(url_for("webhooks.index"), 303)

    @expose("/<uuid:public_id>/rotate", methods=["POST"])
    @form_stands_on(page_of_webhook)
    def rotate(self, public_id: UUID) -> ResponseReturnValue:
        """Make a new secret, which stands on the answer only."""
        if elsewhere := require_role(Role.ADMIN):
            return elsewhere
        key = _key()
        manage.rotate_secret(public_id, act_of_admin(), key)
        return self.shown(public_id, secret=secret_to_show(public_id, key), was_made=True)

    @expose("/<uuid:public_id>/test", methods=["POST"])
    @form_stands_on(page_of_webhook)
    def test(self, public_id: UUID) -> ResponseReturnValue:
        """Send a test and tell what came back."""
        if elsewhere := require_role(Role.ADMIN):
            return elsewhere
        sent = send_test(public_id, act_of_admin(), _key())
        if sent is None:
            abort(404)
        return redirect(url_for("webhooks.webhook", public_id=public_id, tested=sent.event_id), 303)

    @expose("/<uuid:public_id>/again/<uuid:event_id>", methods=["POST"])
    @form_stands_on(page_of_webhook)
    def again(self, public_id: UUID, event_id: UUID) -> ResponseReturnValue:
        """Deliver one entry again."""
        if elsewhere := require_role(Role.ADMIN):
            return elsewhere
        if not repeat_delivery(public_id, event_id, act_of_admin()):
            abort(404)
        return self.done(public_id, _("It is delivered again."))

    @expose("/<uuid:public_id>/again", methods=["POST"])
    @form_stands_on(page_of_webhook)
    def again_from(self, public_id: UUID) -> ResponseReturnValue:
        """Deliver all entries from one on again."""
        if elsewhere := require_role(Role.ADMIN):
            return elsewhere
        webhook = find_webhook(public_id)
        if webhook is None:
            abort(404)
        typed = request.form.get("from", "").strip()
        first = read_entry_number(typed)
        if first is None:
            message = _("This must be the number of an entry, such as 1200.")
            return self.shown(public_id, 400, wrong={"from": typed, "message": message})
        try:
            control.deliver_again(follower_name(webhook.id), first, act_of_admin())
        except control.NotInLog as outside:
            wrong = {"from": typed, "message": why_not_in_log(outside)}
            return self.shown(public_id, 400, wrong=wrong)
        except control.NoFollower:
            abort(404)
        return self.done(public_id, _("It delivers again from entry %(n)s on.", n=first))

    def done(self, public_id: UUID, message: str) -> ResponseReturnValue:
        """Lead back to the page, which says what was done."""
        flash(message)
        return redirect(url_for("webhooks.webhook", public_id=public_id), 303)

    def shown(self, public_id: UUID, status: int = 200, **shown: Any) -> Response:
        """Return the page of a webhook; 404 when there is none."""
        webhook = find_webhook(public_id)
        if webhook is None:
            abort(404)
        if wrong := shown.get("wrong"):
            note(wrong["message"], {"from": [wrong["message"]]})
        state = _state(request.args.get("state", ""))
        page = self.render(
            "admin/webhook.html",
            listed=listed_webhook(webhook),
            url=shown_url(webhook.url, is_whole=self.may_act()),
            page=page_of_deliveries(webhook, state, _before(request.args.get("before", ""))),
            state=state,
            states=STATES,
            troubles=TROUBLES,
            last_words=last_words,
            tested=find_delivery(webhook, request.args.get("tested", "")),
            may_act=self.may_act(),
            key=once.sign(uuid4()),
            now=now(),
            **shown,
        )
        return make_response(page, status)

    def _act(
        self, public_id: UUID, change: Callable[[UUID, AuthEvent], object], done: str
    ) -> ResponseReturnValue:
        if elsewhere := require_role(Role.ADMIN):
            return elsewhere
        change(public_id, act_of_admin())
        return self.done(public_id, done)


def _key() -> UUID:
    """Return the key of the form that was sent."""
    return once.read(request.form.get("once")) or uuid4()


def _state(name: str) -> DeliveryState | None:
    """Return the state that is asked for; 400 for what is none."""
    if name and name not in set(DeliveryState):
        abort(400)
    return DeliveryState(name) if name else None


def _before(text: str) -> int | None:
    if text and not (text.isascii() and text.isdecimal() and len(text) <= _MAX_ID):
        abort(400)
    return int(text) if text else None
