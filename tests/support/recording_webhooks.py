"""What is done about webhooks and records an entry."""

from functools import partial
from uuid import uuid4

from sqlalchemy import select

from auth.events import AuthEvent, Client, Subject
from dashboard.followers.webhooks.manage import WantedWebhook, add_webhook
from dashboard.followers.webhooks.sending.post import Reply
from dashboard.followers.webhooks.settle import Result, write_results
from dashboard.log.recording.query_words import Traces
from dashboard.proof.erase_webhooks import forget_in_webhooks
from models import Action, Outcome, Webhook, WebhookTrouble, db, write_transaction
from tests.support.recording import Act, records


@records("dashboard.followers.webhooks.acts.note_act")
def a_webhook_that_is_added() -> Act:
    event, once = settings_event(), uuid4()
    wanted = WantedWebhook("siem", "https://hooks.example/", "", "json")
    return lambda: add_webhook(wanted, event, once)


@records("dashboard.followers.webhooks.acts.note_act")
def a_webhook_that_the_site_disables() -> Act:
    wanted = WantedWebhook("siem", "https://hooks.example/", "", "json")
    add_webhook(wanted, settings_event(), uuid4())
    webhook_id = db.session.scalars(select(Webhook.id)).one()
    results = [Result(0, Reply(410, "", 1, WebhookTrouble.GONE))]
    event = AuthEvent.of_site(Action.SETTINGS_CHANGE)
    return lambda: write_transaction(
        partial(write_results, webhook_id=webhook_id, results=results, event=event)
    )


@records("dashboard.proof.erase_webhooks.forget_in_webhooks")
def a_query_that_is_taken_away() -> Act:
    wanted = WantedWebhook("siem", "https://hooks.example/", "user:alice", "json")
    add_webhook(wanted, settings_event(), uuid4())
    person, event = Traces(frozenset({"alice"}), frozenset()), AuthEvent.of_site(Action.SETTINGS_CHANGE)
    return lambda: write_transaction(partial(forget_in_webhooks, person=person, event=event))


def settings_event() -> AuthEvent:
    """Return what an admin does to a setting."""
    return AuthEvent(Action.SETTINGS_CHANGE, Outcome.SUCCESS, Subject("adam", 7), Client())
