"""Signs and sends what is for one endpoint, as it is set up now."""

from collections.abc import Sequence
from uuid import UUID

from flask import current_app

from auth.policy import Unfit
from dashboard.followers.webhooks.sending.failure import SendFailed
from dashboard.followers.webhooks.sending.message import body_of
from dashboard.followers.webhooks.sending.post import Poster, Reply
from dashboard.followers.webhooks.sending.signing import keys_of, signed_headers
from dashboard.followers.webhooks.sending.target import fit_target
from models import LoginLog, Webhook, WebhookTrouble
from models.clock import now

_HEADERS = {"Content-Type": "application/json", "User-Agent": "Gatehouse", "Accept": "*/*"}


class Sender:
    """Sends to one endpoint; several threads may, without the application's context.

    What cannot be sent at all, as the address is none any more or the secret unreadable, fails each time.
    """

    def __init__(self, webhook: Webhook, *, seconds: float | None = None) -> None:
        """``seconds`` are for each request, those of `Poster` unless told."""
        self._webhook = webhook
        self._keys: Sequence[bytes] = ()
        self._trouble: WebhookTrouble | None = None
        private = bool(current_app.config["WEBHOOK_ALLOW_PRIVATE"])
        try:
            target = fit_target(str(webhook.url), private=private)
            self._poster = Poster(target, private=private, seconds=seconds)
            self._keys = keys_of(webhook, now())
        except Unfit:
            self._trouble = WebhookTrouble.FORBIDDEN
        except SendFailed as failed:
            self._trouble = failed.trouble

    def is_for(self, webhook: Webhook) -> bool:
        """Whether an endpoint is still set up as it was."""
        mine = self._webhook
        return (webhook.url, webhook.secret, webhook.format) == (mine.url, mine.secret, mine.format)

    def send_entry(self, entry: LoginLog | None) -> Reply:
        """Tell the endpoint of an entry; one that is gone cannot be told of."""
        if entry is None:
            return Reply(None, None, 0, WebhookTrouble.NO_ENTRY)
        if self._trouble:
            return Reply(None, None, 0, self._trouble)
        return self.send(entry.event_id, body_of(entry, self._webhook.format))

    def send(self, event_id: UUID, body: bytes) -> Reply:
        """Send a body under a key by which repeats are known."""
        if self._trouble:
            return Reply(None, None, 0, self._trouble)
        return self._poster.post(_HEADERS | signed_headers(self._keys, event_id, now(), body), body)

    def close(self) -> None:
        """Hang up."""
        if not self._trouble:
            self._poster.close()
