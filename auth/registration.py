"""Registration: an account is made, or turned away with an entry. No HTTP in here."""

from dataclasses import replace
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from auth import signals, throttle
from auth.attempts import BUSY, NewAccount, Refused
from auth.events import AuthEvent, Client, Subject
from auth.factors import hashing
from auth.factors.passwords import hash_password, verify_password
from auth.service import account_of, turn_away
from models import Action, Outcome, Reason, User, db
from models.names import scripts, skeleton, username_key


def register_account(account: NewAccount, client: Client) -> Refused | None:
    """Make an account; return the refusal when its name is taken or there is too much to do.

    An address that another account has is left out; only the entry says so, and whose it is.
    Raises ``NotWritten`` when it cannot be recorded.
    """
    event = AuthEvent(Action.REGISTER, Outcome.SUCCESS, Subject(account.username), client)
    refused = replace(event, outcome=Outcome.FAILURE, reason=Reason.RATE_LIMITED)
    places = throttle.take_registration(client.ip)
    if isinstance(places, throttle.TooMany):
        return turn_away(signals.registration_failed, refused, Refused(Reason.RATE_LIMITED, places.seconds))
    is_made = False
    try:
        if _is_again(account, event):
            return None
        password_hash = hashing.hashed(partial(hash_password, account.password), client.ip)
        is_made = _is_enrolled(account, password_hash, event)
        if is_made or _is_again(account, event):  # it was sent twice at once
            return None
        return refuse_registration(account.username, Reason.USERNAME_IN_USE, client)
    except hashing.NoHashSlot:
        return turn_away(signals.registration_failed, refused, BUSY)
    finally:
        if not is_made:
            throttle.give_back(places)


def refuse_registration(name: str, reason: Reason, client: Client) -> Refused:
    """Record a registration that was turned away, in a transaction of its own."""
    event = AuthEvent(Action.REGISTER, Outcome.FAILURE, Subject(name), client, reason=reason)
    with signals.refused_unrecorded(event):
        known = account_of([username_key(name)]) if reason is Reason.USERNAME_IN_USE else None
    if known:
        event = replace(event, subject=Subject.of(known))
    return turn_away(signals.registration_failed, event, Refused(reason))


def _is_again(account: NewAccount, event: AuthEvent) -> bool:
    """Whether this very form made an account before, with the same password."""
    if account.once is None:
        return False
    with signals.refused_unrecorded(event):
        made = db.session.scalars(select(User).where(User.once == account.once)).one_or_none()
    if made is None or made.username_key != username_key(account.username):
        return False
    return hashing.hashed(partial(verify_password, made.password_hash, account.password), event.client.ip)


def _is_enrolled(account: NewAccount, password_hash: str, event: AuthEvent) -> bool:
    """Add the account, without an address that another has; return False when the name is taken."""
    for kept in (account, replace(account, email=None)):
        told = event if kept.email == account.email else replace(event, detail=_in_use(account, event))
        try:
            with signals.refused_unrecorded(event):
                signals.record_change(signals.user_registered, partial(_enrol, kept, password_hash, told))
        except _LooksAlike:
            break
        except IntegrityError:
            with signals.refused_unrecorded(event):
                taken = account_of([username_key(account.username)])
            if taken:
                break
        else:
            return True
    return False


def _in_use(account: NewAccount, event: AuthEvent) -> dict[str, object]:
    """Return what the entry tells of an address that another account has: its number, for a letter to it."""
    with signals.refused_unrecorded(event):
        owner = account_of([username_key(account.email or "")])
    return {"email": "in use"} | ({"account": owner.id} if owner else {})


class _LooksAlike(Exception):
    """A name of another script looks the same."""


def _looks_like_another(session: Session, name: str) -> bool:
    """Whether an account's name of another script looks like ``name`` (Unicode UTS 39).

    ``name`` is stored already and the others are locked: of two that come at once, one sees the other.
    """
    alike = (User.username_skeleton == skeleton(name)) & (User.username_key != username_key(name))
    taken = session.scalars(select(User.username).where(alike).limit(100).with_for_update())
    return any(scripts(other) != scripts(name) for other in taken)


def _enrol(account: NewAccount, password_hash: str, event: AuthEvent, session: Session) -> AuthEvent:
    """Add the account; the database refuses a name or address that is taken, `_LooksAlike` a look-alike."""
    used = account.once and session.scalar(select(User.id).where(User.once == account.once))
    user = User(
        username=account.username,
        username_skeleton=skeleton(account.username),
        username_key=username_key(account.username),
        email=account.email,
        email_key=username_key(account.email) if account.email else None,
        password_hash=password_hash,
        gender=account.gender,
        city=account.city,
        hobbies=list(account.hobbies),
        role=account.role,
        once=None if used else account.once,
        created_at=event.occurred_at,
        email_confirmed_at=event.occurred_at if account.email and account.is_confirmed else None,
        language=account.language,
    )
    session.add(user)
    session.flush()
    if _looks_like_another(session, account.username):
        raise _LooksAlike
    return replace(event, subject=Subject.of(user))
