"""Everything that records an entry, each as something to do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import current_app
from uuid_utils.compat import uuid7

from auth import floods, profile, registration, service, sessions, throttle
from auth.addresses.confirmation import ask_for_link, use_link
from auth.addresses.links import CONFIRM, link_token
from auth.attempts import Credentials, NewAccount
from auth.events import AuthEvent, Client, Subject
from auth.sessions import CurrentUser
from auth.throttle.places import PAIR
from dashboard.export import abandoned, progress
from dashboard.export.job import Export, Order
from dashboard.followers import control
from dashboard.followers.follow import begin
from dashboard.log.recorder import name_refs
from dashboard.log.sealer import seal_all
from dashboard.log.spool import replay
from dashboard.proof import erase, prune
from dashboard.proof.address_purge import purge_addresses
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.clock import Clock
from dashboard.proof.verify.verify import current_standing
from dashboard.query.language.selection import read_selection
from models import Action, Outcome, Reason, User, db, write_transaction
from models.clock import now
from tests.support.actions import PASSWORD, entries, make_user
from tests.support.book import entry, store
from tests.support.proof import signer, through

#: What is done, once everything is prepared; returns what it says itself.
Act = Callable[[], object]
#: By name: the functions that record, and what prepares the act.
ACTIONS: dict[str, tuple[tuple[str, ...], Callable[[], Act]]] = {}


def records(*callers: str) -> Callable[[Callable[[], Act]], Callable[[], Act]]:
    """Register what prepares an act; ``callers`` are the functions in which it records."""

    def register(prepare: Callable[[], Act]) -> Callable[[], Act]:
        ACTIONS[prepare.__name__] = (callers, prepare)
        return prepare

    return register


@records("auth.service._admit")
def a_sign_in() -> Act:
    make_user("alice")
    return lambda: service.authenticate(Credentials("alice", PASSWORD), Client())


@records("auth.service._conclude")
def a_refused_sign_in() -> Act:
    make_user("alice")
    return lambda: service.authenticate(Credentials("alice", "wrong"), Client())


@records("auth.service.sign_out")
def a_sign_out() -> Act:
    user = signed_in()
    return lambda: service.sign_out(user, Client())


@records("auth.registration._is_enrolled")
def a_registration() -> Act:
    return lambda: registration.register_account(NewAccount(username="zoe", password=PASSWORD), Client())


@records("auth.service.turn_away")
def a_refused_registration() -> Act:
    return lambda: registration.refuse_registration("zoe", Reason.INVALID_FORM, Client())


@records("auth.service.turn_away")
def a_sign_in_too_many() -> Act:
    alice = make_user("alice")
    for _ in range(PAIR):
        throttle.take_sign_in(f"id {alice.id}", "192.0.2.1")
    return lambda: service.authenticate(Credentials("alice", PASSWORD), Client(ip="192.0.2.1"))


@records("auth.floods.record_floods")
def a_flood() -> Act:
    event = AuthEvent(Action.LOGIN, Outcome.FAILURE, Subject("alice"), Client(), reason=Reason.RATE_LIMITED)
    for _ in range(floods.EACH + 1):
        floods.takes(event)
    return lambda: floods.record_floods(at_once=True)


@records("auth.service.reset_password")
def a_new_password() -> Act:
    alice = make_user("alice")
    return lambda: service.reset_password(alice, PASSWORD, Client())


@records("auth.profile.set_timezone")
def a_changed_zone() -> Act:
    user = signed_in()
    return lambda: profile.set_timezone(user, "Europe/Berlin", Client())


@records("auth.addresses.confirmation.use_link")
def a_confirmed_address() -> Act:
    link = link_token(CONFIRM, uuid7(), make_user("alice"))
    return lambda: use_link(link, Client())


@records("auth.addresses.confirmation.ask_for_link")
def a_link_that_was_asked_for() -> Act:
    current_app.config["MAIL_URL"] = "console:"
    user = signed_in()
    return lambda: ask_for_link(user, Client())


@records("dashboard.export.job.Export")
def the_begin_of_an_export() -> Act:
    person = Subject("audrey", make_user("audrey").id)
    return lambda: Export(order(person))


@records("dashboard.export.job.Export")
def the_end_of_an_export() -> Act:
    export = Export(order(Subject("audrey", make_user("audrey").id)))
    return lambda: list(export)


@records("dashboard.export.job.Export")
def an_export_that_breaks_off() -> Act:
    return Export(order(Subject("audrey", make_user("audrey").id))).close


@records("dashboard.export.abandoned.end_abandoned")
def the_end_of_an_export_whose_process_died() -> Act:
    user = make_user("audrey")

    def begin_long_ago(session: object) -> None:
        progress.begin_job(session, uuid4(), user.id)  # type: ignore[arg-type]
        progress.abandoned(session, now() - 2 * abandoned.ABANDONED_AFTER)  # type: ignore[arg-type]
        silent = now() - 2 * abandoned.ABANDONED_AFTER
        session.connection().exec_driver_sql(f"UPDATE export_job SET updated_at = '{silent:%F %T}'")  # type: ignore[attr-defined]

    write_transaction(begin_long_ago)
    return abandoned.end_abandoned


@records("dashboard.proof.prune._announce")
def a_purge() -> Act:
    store([entry(number, occurred_at=now() - timedelta(days=9)) for number in (1, 2)])
    seal_all()
    return lambda: sum(
        prune.prune(prune.plan_prune(current_standing(), timedelta(days=1), clock()), signer())
    )


@records("dashboard.proof.prune._announce")
def a_purge_unless_there_was_one() -> Act:
    store([entry(number, occurred_at=now() - timedelta(days=9)) for number in (1, 2)])
    seal_all()
    wanted = prune.plan_prune(current_standing(), timedelta(days=1), clock())
    return lambda: sum(prune.prune(wanted, signer(), unless_since=now() - timedelta(hours=1)))


@records("dashboard.proof.address_purge._blank")
def an_address_purge() -> Act:
    store([entry(number, occurred_at=now() - timedelta(days=9)) for number in (1, 2)])
    seal_all()
    return lambda: sum(purge_addresses(through(2), signer()))


@records("dashboard.proof.erase._close")
def an_account_that_is_closed() -> Act:
    alice = make_user("alice")
    return lambda: erase.close_account(alice.id)


@records("dashboard.proof.erase._blank")
def an_erasure() -> Act:
    alice = signed_in()
    seqs = erase.entries_of(alice.user_id)
    return lambda: sum(erase.blank(alice.user_id, seqs, signer()))


@records("dashboard.log.spool.replay._enter")
def an_attempt_out_of_the_spool() -> Act:
    replay.keep_attempt(refused(make_user("alice")))
    return replay.enter_all


@records("dashboard.log.spool.replay._take_back")
def a_session_that_is_taken_back() -> Act:
    alice = signed_in()
    event_id = entries()[-1].event_id
    user = db.session.get_one(User, alice.user_id)
    replay.keep_attempt(replace(refused(user), event_id=event_id))
    return replay.enter_all


@records("dashboard.followers.control._changed")
def a_follower_that_is_paused() -> Act:
    user = signed_in()
    begin("mail", now())
    return lambda: control.pause("mail", user.event(Action.SETTINGS_CHANGE, Client()))


@records("dashboard.followers.control._changed")
def a_follower_that_delivers_again() -> Act:
    user = signed_in()
    seal_all()
    begin("mail", now() + timedelta(days=1))
    return lambda: control.deliver_again("mail", 1, user.event(Action.SETTINGS_CHANGE, Client()))


def clock() -> Clock:
    """Return this machine's clock."""
    return Store.of(current_app.config["SETTINGS"]).clock()


def signed_in() -> CurrentUser:
    """Sign somebody in."""
    make_user("alice")
    result = service.authenticate(Credentials("alice", PASSWORD), Client())
    assert isinstance(result, CurrentUser)
    assert sessions.load_user(result.token)
    return result


def order(subject: Subject) -> Order:
    """Return an order of everything."""
    selection = read_selection({"q": ""}, ZoneInfo("UTC"), now(), name_refs)
    facts = {"export_id": uuid4(), "format": "csv", "selection": selection, "parameters": {}}
    return Order(subject=subject, client=Client(), **facts)  # type: ignore[arg-type]


def refused(user: User) -> AuthEvent:
    """Return the event of somebody who was told that it did not work."""
    return AuthEvent(Action.LOGIN, Outcome.FAILURE, Subject.of(user), Client())
