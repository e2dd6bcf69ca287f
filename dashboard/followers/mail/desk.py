"""The table of letters: which is next, and what became of it. Every change is a transaction of its own."""

from collections.abc import Sized
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import Session

from dashboard.followers.mail.kinds import LETTER_KINDS
from dashboard.followers.mail.letters.digest import DIGEST
from dashboard.followers.mail.limits import (
    EACH_HOUR,
    GIVEN_UP_AFTER,
    HOUR_LASTS,
    KNOWN_FOR,
    LETTER_AHEAD,
    MOST_LISTED,
    MOST_PASSED_BY,
    MOST_TRIES,
    SENDER_LOST,
    retry_after,
)
from dashboard.followers.mail.smtp.outlet import ServerAnswer
from models import Letter, LetterState, LoginLog, User
from models.clock import now

WAITING = (LetterState.QUEUED, LetterState.SENDING, LetterState.HELD)
THROUGH = (LetterState.SENT, LetterState.REFUSED, LetterState.GIVEN_UP, LetterState.DIGESTED)


@dataclass(frozen=True, slots=True)
class TakenLetter:
    """A letter that this process may send now, its reader and its entry.

    A digest lists ``listed``; ``more`` letters came beside them.
    """

    letter: Letter
    user: User
    entry: LoginLog | None
    listed: tuple[tuple[Letter, LoginLog | None], ...] = ()
    more: int = 0


def take_next(session: Session) -> TakenLetter | bool:
    """Take the letter that is due longest; False when none is, True when that one is not to be sent now."""
    moment = now()
    letter = next((one for one in session.scalars(_due(moment)) if _is_readable(one)), None)
    if letter is None:
        return False
    user = session.get(User, letter.user_id, with_for_update=True)
    listed = _listed(session, letter, user) if user and letter.kind == DIGEST else ()
    if user is None or not (listed or _is_wanted(session, letter, user)):
        session.delete(letter)
        return True
    if letter.state == LetterState.HELD:
        _end_hour(session, letter, moment)
        return True
    if letter.kind != DIGEST and (until := _full_until(session, letter, moment)):
        letter.state, letter.due_at = LetterState.HELD, until
        return True
    tries = letter.tries if isinstance(letter.tries, int) and letter.tries < MOST_TRIES else 0
    letter.state, letter.due_at, letter.tries = LetterState.SENDING, moment + SENDER_LOST, tries + 1
    return TakenLetter(letter, user, _entry(session, letter), listed, _more_than(listed, session, letter))


def end_letter(session: Session, taken: Letter, state: LetterState, answer: ServerAnswer) -> None:
    """Note what became of a letter; nothing when somebody else took it meanwhile, or it is gone."""
    letter = _mine(session, taken)
    if letter:
        letter.state, letter.ended_at, letter.words = state, now(), None
        letter.code, letter.answer = answer


def rest_letter(session: Session, taken: Letter, tries: int, answer: ServerAnswer) -> None:
    """Let a letter wait for its next try, as long as after so many ``tries``."""
    letter = _mine(session, taken)
    if letter:
        letter.state, letter.due_at = LetterState.QUEUED, now() + retry_after(tries)
        letter.code, letter.answer = answer


def note_trouble(session: Session, answer: ServerAnswer) -> None:
    """Let the letter that is due longest say what is wrong with the server; it is tried as before."""
    if (letter := session.scalars(_due(now())).first()) is not None:
        letter.code, letter.answer = answer


def is_any_due(session: Session) -> bool:
    """Whether a letter may be sent now, or an hour ends."""
    due = session.scalars(select(Letter).where(_is_due(now())).limit(MOST_PASSED_BY))
    return any(_is_readable(letter) for letter in due)


def are_overdue(session: Session) -> bool:
    """Whether letters wait for too long, or ended so long ago that they are forgotten."""
    moment = now()
    old = Letter.state.in_(WAITING) & (Letter.made_at < moment - GIVEN_UP_AFTER)
    known = Letter.state.in_(THROUGH) & (Letter.made_at < moment - KNOWN_FOR)
    return session.scalar(select(Letter.kind).where(old | known).limit(1)) is not None


def give_up(session: Session) -> None:
    """Give up what waits for too long; forget what ended long ago."""
    moment = now()
    old = Letter.state.in_(WAITING) & (Letter.made_at < moment - GIVEN_UP_AFTER)
    given_up = {"state": LetterState.GIVEN_UP, "ended_at": moment, "words": None}
    session.execute(update(Letter).where(old).values(given_up))
    known = Letter.state.in_(THROUGH) & (Letter.made_at < moment - KNOWN_FOR)
    session.execute(delete(Letter).where(known))


def _due(moment: datetime) -> Select[Letter]:
    first = select(Letter).where(_is_due(moment)).order_by(Letter.due_at)
    return first.limit(MOST_PASSED_BY).with_for_update()


def _is_due(moment: datetime) -> ColumnElement[bool]:
    is_ahead = Letter.due_at > moment + LETTER_AHEAD
    return Letter.state.in_(WAITING) & ((Letter.due_at <= moment) | is_ahead)


def _is_readable(letter: Letter) -> bool:
    """Whether a row has a key: one that somebody broke can be neither sent nor changed."""
    is_text = isinstance(letter.kind, str) and "\ufffd" not in letter.kind
    return is_text and letter.event_id is not None and letter.user_id is not None


def _full_until(session: Session, letter: Letter, moment: datetime) -> datetime | None:
    """Return when the person's hour ends, when as many letters as it may have were sent in it."""
    theirs = (Letter.user_id == letter.user_id) & (Letter.state == LetterState.SENT)
    within = (Letter.ended_at > moment - HOUR_LASTS) & (Letter.ended_at <= moment)
    newest = select(Letter.ended_at).where(theirs, within)
    sent = [
        ended for ended in session.scalars(newest.order_by(Letter.ended_at.desc()).limit(EACH_HOUR)) if ended
    ]
    under_way = (Letter.user_id == letter.user_id) & (Letter.state == LetterState.SENDING)
    others = session.scalars(select(Letter.due_at).where(under_way, Letter.due_at > moment)).all()
    if len(sent) + len(others) < EACH_HOUR:
        return None
    return (sent[-1] if sent else moment) + HOUR_LASTS


def _end_hour(session: Session, first: Letter, moment: datetime) -> None:
    """Let the one letter go that was held, or one digest in place of several."""
    theirs = (Letter.user_id == first.user_id) & (Letter.state == LetterState.HELD)
    if session.scalar(select(func.count()).where(theirs)) == 1:
        first.state = LetterState.QUEUED
        return
    key = {"event_id": first.event_id, "kind": DIGEST, "user_id": first.user_id}
    session.add(Letter(**key, made_at=first.made_at, due_at=moment))
    digested = {"state": LetterState.DIGESTED, "digest": first.event_id, "ended_at": moment}
    session.execute(update(Letter).where(theirs).values(digested))


def _entry(session: Session, letter: Letter) -> LoginLog | None:
    return session.scalars(select(LoginLog).where(LoginLog.event_id == letter.event_id)).one_or_none()


def _listed(session: Session, letter: Letter, user: User) -> tuple[tuple[Letter, LoginLog | None], ...]:
    """Return what a digest lists that its reader may still get."""
    listed = (Letter.user_id == letter.user_id) & (Letter.digest == letter.event_id)
    first = select(Letter).where(listed).order_by(Letter.made_at).limit(MOST_LISTED)
    letters = session.scalars(first).all()
    return tuple((one, _entry(session, one)) for one in letters if _is_wanted(session, one, user))


def _more_than(listed: Sized, session: Session, letter: Letter) -> int:
    """Return how many letters there are beside those that a digest lists, when it lists as many as it may."""
    if len(listed) < MOST_LISTED:
        return 0
    theirs = (Letter.user_id == letter.user_id) & (Letter.digest == letter.event_id)
    return (session.scalar(select(func.count()).where(theirs)) or 0) - len(listed)


def _is_wanted(session: Session, letter: Letter, user: User) -> bool:
    """Whether the account may get it still, and what it tells of is still there."""
    kind = LETTER_KINDS.get(letter.kind)
    is_told = letter.words is not None or _entry(session, letter) is not None
    return kind is not None and letter.kind != DIGEST and kind.suits(user) and is_told


def _mine(session: Session, taken: Letter) -> Letter | None:
    key = (taken.event_id, taken.kind, taken.user_id)
    letter = session.get(Letter, key, with_for_update=True)
    return letter if letter and letter.tries == taken.tries and letter.state == LetterState.SENDING else None
