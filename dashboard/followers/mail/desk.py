"""The table of letters: which is next, and what became of it. Every change is a transaction of its own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from dashboard.followers.mail.kinds import LETTER_KINDS
from dashboard.followers.mail.letters.digest import DIGEST
from dashboard.followers.mail.limits import (
    EACH_HOUR,
    GIVEN_UP_AFTER,
    HOUR_LASTS,
    KNOWN_FOR,
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
    """A letter that this process may send now, its reader and its entry; ``listed`` by a digest."""

    letter: Letter
    user: User
    entry: LoginLog | None
    listed: tuple[tuple[Letter, LoginLog | None], ...] = ()


def take_next(session: Session) -> TakenLetter | bool:
    """Take the letter that is due longest; False when none is, True when that one is not to be sent now."""
    moment = now()
    letter = session.scalars(_due(moment)).first()
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
    letter.state, letter.due_at, letter.tries = LetterState.SENDING, moment + SENDER_LOST, letter.tries + 1
    return TakenLetter(letter, user, _entry(session, letter), listed)


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
    due = Letter.state.in_(WAITING) & (Letter.due_at <= now())
    return session.scalar(select(Letter.kind).where(due).limit(1)) is not None


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
    due = Letter.state.in_(WAITING) & (Letter.due_at <= moment)
    return select(Letter).where(due).order_by(Letter.due_at).limit(1).with_for_update()


def _full_until(session: Session, letter: Letter, moment: datetime) -> datetime | None:
    """Return when the person's hour ends, when as many letters as it may have were sent in it."""
    theirs = (Letter.user_id == letter.user_id) & (Letter.state == LetterState.SENT)
    newest = select(Letter.ended_at).where(theirs, Letter.ended_at > moment - HOUR_LASTS)
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
    held = session.scalars(select(Letter).where(theirs).order_by(Letter.made_at)).all()
    if len(held) == 1:
        first.state = LetterState.QUEUED
        return
    for letter in held:
        letter.state, letter.digest, letter.ended_at = LetterState.DIGESTED, first.event_id, moment
    session.add(
        Letter(
            event_id=first.event_id, kind=DIGEST, user_id=first.user_id, made_at=first.made_at, due_at=moment
        )
    )


def _entry(session: Session, letter: Letter) -> LoginLog | None:
    return session.scalars(select(LoginLog).where(LoginLog.event_id == letter.event_id)).one_or_none()


def _listed(session: Session, letter: Letter, user: User) -> tuple[tuple[Letter, LoginLog | None], ...]:
    """Return what a digest lists that its reader may still get."""
    listed = (Letter.user_id == letter.user_id) & (Letter.digest == letter.event_id)
    letters = session.scalars(select(Letter).where(listed).order_by(Letter.made_at)).all()
    return tuple((one, _entry(session, one)) for one in letters if _is_wanted(session, one, user))


def _is_wanted(session: Session, letter: Letter, user: User) -> bool:
    """Whether the account may get it still, and what it tells of is still there."""
    kind = LETTER_KINDS.get(letter.kind)
    is_told = letter.words is not None or _entry(session, letter) is not None
    return kind is not None and letter.kind != DIGEST and kind.suits(user) and is_told


def _mine(session: Session, taken: Letter) -> Letter | None:
    key = (taken.event_id, taken.kind, taken.user_id)
    letter = session.get(Letter, key, with_for_update=True)
    return letter if letter and letter.tries == taken.tries and letter.state == LetterState.SENDING else None
