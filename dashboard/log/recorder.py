"""Append: one event becomes one row of the book, in its caller's transaction."""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from uuid import UUID

from flask import Flask, current_app, g, has_request_context
from sqlalchemy import insert
from sqlalchemy.orm import Session

from auth.events import AuthEvent, Client, Subject
from auth.factors.new_device import is_new_device
from auth.subkeys import subkeys
from dashboard.background.schedule import committed
from dashboard.log.authentic.mac import authenticated
from models import LoginLog, NotWritten, adds_entry, on_commit
from models.measures.catalogue import ENTRIES
from models.names import masked, username_key
from models.vocabulary import SOURCE

_CLIENT = tuple(field.name for field in fields(Client))
#: Bytes of UTF-8 that ``detail`` may take.
MAX_DETAIL = 4096


def record(session: Session, event: AuthEvent) -> UUID:
    """Insert the entry of ``event`` with ``session`` and return its ``event_id``.

    Once the transaction is committed the entry is announced and the sealer woken. The event must be
    made before the first try of the transaction, at least its id. Raises ``NotWritten`` when it is not there.
    """
    session.flush()
    adds_entry(session, event.event_id)
    values = columns(event, new_device=is_new_device(session, event))
    if session.connection().execute(insert(LoginLog), values).rowcount != 1:
        raise NotWritten("the database took the entry and kept none")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    on_commit(session, partial(_recorded, app, event.event_id))
    on_commit(session, partial(ENTRIES.note, event.action, event.outcome, event.reason or ""))
    return event.event_id


def _recorded(app: Flask, event_id: UUID) -> None:
    """Announce an entry that is committed, and note it in the request that made it."""
    committed(app, event_id)
    if has_request_context():
        g.setdefault("recorded", []).append(event_id)


def name_ref(key: str) -> bytes:
    """Return the 16-byte HMAC that finds a name again without keeping it.

    ``key`` is a `models.names.username_key`; the HMAC's key is derived from SECRET_KEY.
    """
    return name_refs(key)[0]


def name_refs(key: str) -> list[bytes]:
    """Return what finds a name: its `name_ref`, and those that SECRET_KEY_FALLBACKS made of it."""
    return _references(b"gatehouse name_ref 1", key)


def query_ref(words: str) -> bytes:
    """Return the 16-byte HMAC that stands for the words of a query in sealed entries."""
    return _references(b"gatehouse q_ref 1", words)[0]


def _references(purpose: bytes, text: str) -> list[bytes]:
    data = text.encode("utf-8", "surrogatepass")
    return [hmac.digest(key, data, hashlib.sha256)[:16] for key in subkeys(purpose)]


def canonical(detail: Mapping[str, object] | None) -> str | None:
    """Return ``detail`` as JSON with sorted keys, at most 4 KiB, or None when empty.

    Raises ``ValueError`` when it is larger.
    """
    if not detail:
        return None
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    if len(text.encode()) > MAX_DETAIL:
        raise ValueError("detail is larger than 4 KiB")
    return text


def columns(event: AuthEvent, *, new_device: bool | None = None) -> dict[str, object]:
    """Return the columns of an event's entry, authenticated; names without an account are masked already."""
    return authenticated({**_facts(event), "new_device": new_device})


def _facts(event: AuthEvent) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "place_nonce": os.urandom(16),
        "person_nonce": os.urandom(16),
        "occurred_at": event.occurred_at,
        "action": event.action,
        "outcome": event.outcome,
        "reason": event.reason,
        **_name(event.subject),
        "actor_id": event.actor and event.actor.id,
        "actor_name": event.actor and event.actor.name,
        "session_ref": event.session_ref,
        "auth_method": event.auth_method,
        **{name: getattr(event.client, name) for name in _CLIENT},
        "source": SOURCE,
        "detail": canonical(event.detail),
    }


def _name(subject: Subject | None) -> dict[str, object]:
    """Return the name columns; a name without an account may be a password, so it is masked."""
    if subject is None or (subject.id is not None and not subject.name):
        return {"user_id": subject and subject.id}
    key = username_key(subject.name.strip())
    if subject.id is None:
        return {"username": masked(subject.name), "name_ref": name_ref(key)}
    return {"user_id": subject.id, "username": subject.name, "username_key": key}
