"""The words of an export's query: they may name others, so the sealed entry has a reference only.

What was asked stands in a table of its own, from which erasure and retention may take it.
"""

import ipaddress
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.log.recorder import query_ref
from models import ExportQuery, LoginLog, User, UserSession, db
from models.clock import now
from models.names import username_key

#: Bits before an IPv4 address that is mapped into IPv6 (RFC 4291 2.5.5.2).
MAPPED = 96
#: Characters from which on a prefix may tell who was meant.
TELLING = 3


@dataclass(frozen=True, slots=True)
class Traces:
    """What a person is found by: keys of names and e-mail addresses, and addresses of the network."""

    keys: frozenset[str]
    addresses: frozenset[str]


def keep_words(session: Session, words: str) -> None:
    """Keep ``words`` behind their `query_ref`; the same words stand once, with their last use."""
    ref, moment = query_ref(words), now()
    used = update(ExportQuery).where(ExportQuery.q_ref == ref).values(used_at=moment)
    if not session.connection().execute(used).rowcount:
        try:
            with session.begin_nested():
                session.add(ExportQuery(q_ref=ref, words=words, used_at=moment))
        except IntegrityError:  # another export was quicker
            return


def words_behind(ref: object) -> str | None:
    """Return the words behind a reference (32 hexadecimal digits); None when they are gone."""
    try:
        q_ref = bytes.fromhex(str(ref))
    except ValueError:
        return None
    return db.session.scalar(select(ExportQuery.words).where(ExportQuery.q_ref == q_ref))


def forget_older(session: Session, than: datetime) -> int:
    """Forget words that were not used since; return how many."""
    return session.connection().execute(delete(ExportQuery).where(ExportQuery.used_at < than)).rowcount


def traces(user_id: int) -> Traces:
    """Return what a person can be found by now."""
    names = select(LoginLog.username_key).where(LoginLog.user_id == user_id).distinct()
    account = db.session.execute(select(User.username_key, User.email_key).where(User.id == user_id)).one()
    keys = {key for key in (*db.session.scalars(names), *account) if key}
    of_session = select(UserSession.ip).where(UserSession.user_id == user_id).distinct()
    addresses = set(db.session.scalars(of_session))
    for column in (LoginLog.ip, LoginLog.peer_ip):
        addresses |= set(db.session.scalars(select(column).where(LoginLog.user_id == user_id).distinct()))
    db.session.rollback()
    return Traces(frozenset(keys), frozenset(address for address in addresses if address))


def forget(session: Session, person: Traces) -> int:
    """Forget all words that may mean ``person``; return how many. Rather more than too few."""
    kept = session.execute(select(ExportQuery.q_ref, ExportQuery.words)).all()
    refs = [ref for ref, words in kept if may_mean(words, person)]
    for ref in refs:
        session.execute(delete(ExportQuery).where(ExportQuery.q_ref == ref))
    return len(refs)


def may_mean(words: str, person: Traces) -> bool:
    """Whether the words of a query may mean ``person``: rather too often than too seldom."""
    text = username_key(str(words))  # a row may hold bytes
    if any(key in text for key in person.keys):
        return True
    return any(_tells(term, person.keys) or _is_at(term, person.addresses) for term in _values(text))


def _values(text: str) -> Iterator[str]:
    """Yield each word, and what follows its qualifier."""
    for word in text.split():
        yield word
        yield word.partition(":")[2]


def _tells(value: str, keys: Collection[str]) -> bool:
    """Whether a value is the beginning of a key, long enough to tell whose."""
    start = value.strip('-"').rstrip("*")
    return len(start) >= TELLING and any(key.startswith(start) for key in keys)


def _is_at(value: str, addresses: Collection[str]) -> bool:
    """Whether a value is one of the addresses or a network of one that is small enough to mean a place."""
    try:
        network = ipaddress.ip_network(value.strip('-"'), strict=False)
    except ValueError:
        return False
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped and network.prefixlen >= MAPPED:
        network = ipaddress.ip_network((mapped, network.prefixlen - MAPPED), strict=False)
    is_small = network.prefixlen >= (24 if network.version == 4 else 48)
    return is_small and any(ipaddress.ip_address(address) in network for address in addresses)
