"""How the letters stand, for the page of followers: what waits, what was refused, nobody's name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import Letter, LetterState


@dataclass(frozen=True, slots=True)
class MailStanding:
    """Counts of letters, of the last 30 days where they are through; ``oldest`` waits since then.

    ``refusal`` is the newest answer to a letter that was refused or given up, without the address' local
    part, at ``refused_at``; ``trouble`` what the server last said to one that still waits.
    """

    waiting: int
    held: int
    sent: int
    refused: int
    given_up: int
    oldest: datetime | None
    refusal: str | None
    refused_at: datetime | None
    trouble: str | None


def mail_standing(session: Session) -> MailStanding:
    """Return how the letters stand."""
    by_state = select(Letter.state, func.count(), func.min(Letter.made_at)).group_by(Letter.state)
    rows = {state: (int(count), oldest) for state, count, oldest in session.execute(by_state)}
    counts = {state: rows.get(state, (0, None))[0] for state in LetterState}
    waiting = [LetterState.QUEUED, LetterState.SENDING]
    oldest = [moment for state in waiting if (moment := rows.get(state, (0, None))[1])]
    last = session.execute(_refusals()).first()
    return MailStanding(
        waiting=sum(counts[state] for state in waiting),
        held=counts[LetterState.HELD],
        sent=counts[LetterState.SENT],
        refused=counts[LetterState.REFUSED],
        given_up=counts[LetterState.GIVEN_UP],
        oldest=min(oldest, default=None),
        refusal=last.answer if last else None,
        refused_at=last.ended_at if last else None,
        trouble=session.scalar(_trouble()),
    )


def _refusals() -> Select[str | None, datetime | None]:
    through = Letter.state.in_((LetterState.REFUSED, LetterState.GIVEN_UP))
    return select(Letter.answer, Letter.ended_at).where(through).order_by(Letter.ended_at.desc()).limit(1)


def _trouble() -> Select[str | None]:
    waiting = Letter.state.in_((LetterState.QUEUED, LetterState.SENDING)) & Letter.answer.is_not(None)
    return select(Letter.answer).where(waiting).order_by(Letter.due_at.desc()).limit(1)
