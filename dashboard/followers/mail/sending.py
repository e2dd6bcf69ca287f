"""The round: letters that are due leave over one connection; what each led to is noted at once."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from functools import partial

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.config.settings import Settings
from dashboard.followers.mail import desk
from dashboard.followers.mail.content import cause
from dashboard.followers.mail.kinds import LETTER_KINDS
from dashboard.followers.mail.limits import ROUND, ROUND_TAKES
from dashboard.followers.mail.message import compose, message_id
from dashboard.followers.mail.smtp.client import MAX_SAID, MailServerFailed
from dashboard.followers.mail.smtp.outlet import NO_CODE, LetterRefused, Send, ServerAnswer, outlet
from dashboard.proof.checkpoint.store import Store
from dashboard.web.stopping import is_stopping
from models import Follower, Letter, LetterState, db, write_transaction

#: The name of the follower that queues; while it is paused nothing leaves.
MAIL = "mail"
#: What is noted of a letter that cannot be written, and the code of what may succeed later (RFC 5321 4.2.3).
OUR_FAULT, UNWRITTEN = 451, "it cannot be written: the server's log says why"
logger = logging.getLogger(__name__)


def send_due() -> int:
    """Send what is due, some letters at most; return how many were accepted.

    Raises ``MailServerFailed`` when the server as a whole does not do: then nothing else is tried.
    """
    settings: Settings = current_app.config["SETTINGS"]
    _put_in_order(settings)
    if not _is_something_due():
        return 0
    until = time.monotonic() + ROUND_TAKES
    try:
        with outlet(settings) as way:
            return sum(_send(settings, taken, way.send) for taken in _taken(until))
    except MailServerFailed as error:
        write_transaction(partial(desk.note_trouble, answer=_in_short(error)))
        raise


def _put_in_order(settings: Settings) -> None:
    """Give up and forget what is old enough, unless the clock is in doubt."""
    is_old = desk.are_overdue(db.session())
    db.session.rollback()
    if is_old:
        clock = Store.of(settings).clock()
        if not (clock.doubt() or clock.jump()):
            write_transaction(desk.give_up)


def _is_something_due() -> bool:
    """Whether to connect at all: a look that takes no lock."""
    paused = select(Follower.paused_at).where(Follower.name == MAIL)
    due = db.session.scalar(paused) is None and desk.is_any_due(db.session())
    db.session.rollback()
    return due


def _taken(until: float) -> Iterator[desk.TakenLetter]:
    """Yield the letters of one round."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    for _ in range(ROUND):
        if is_stopping(app) or time.monotonic() > until:
            return
        taken = write_transaction(desk.take_next)
        if taken is False:
            return
        if isinstance(taken, desk.TakenLetter):
            yield taken


def _send(settings: Settings, taken: desk.TakenLetter, send: Send) -> bool:
    """Send one letter and note what became of it."""
    letter = taken.letter
    try:
        said = send(_message(settings, taken))
        write_transaction(partial(desk.end_letter, taken=letter, state=LetterState.SENT, answer=said))
        return True
    except MailServerFailed as error:  # the letter may be what it failed of: others come first next time
        write_transaction(partial(desk.rest_letter, taken=letter, tries=1, answer=_in_short(error)))
        raise
    except LetterRefused as refused:
        write_transaction(partial(_refused, refused, letter))
    return False


def _message(settings: Settings, taken: desk.TakenLetter) -> EmailMessage:
    """Return a letter as a message; one that cannot be made waits as if the server had not taken it."""
    try:
        return _written(settings, taken)
    except LetterRefused:
        raise
    except Exception:
        logger.exception("a letter of the kind %s cannot be written", taken.letter.kind)
        raise LetterRefused(ServerAnswer(OUR_FAULT, UNWRITTEN)) from None


def _in_short(error: MailServerFailed) -> ServerAnswer:
    return ServerAnswer(NO_CODE, str(error)[:MAX_SAID])


def _refused(refused: LetterRefused, letter: Letter, session: Session) -> None:
    if refused.is_final:
        desk.end_letter(session, letter, LetterState.REFUSED, refused.answer)
    else:
        desk.rest_letter(session, letter, letter.tries, refused.answer)


def _written(settings: Settings, taken: desk.TakenLetter) -> EmailMessage:
    """Return a letter as a message, in its reader's language and zone."""
    letter, user = taken.letter, taken.user
    site, fallback = settings.address, (settings.locale, settings.timezone)
    about = cause(user, taken.entry, letter.words, site, fallback)
    with force_locale(about.locale):
        listed = tuple(
            LETTER_KINDS[one.kind].write(cause(user, entry, one.words, site, fallback))
            for one, entry in taken.listed
            if one.kind in LETTER_KINDS
        )
        content = LETTER_KINDS[letter.kind].write(replace(about, digested=listed, more=taken.more))
        identity = message_id(site, letter.event_id, letter.kind, user.id)
        to = (about.reader, user.email or "")
        return compose(
            content, sender=settings.mail_from or "", to=to, identity=identity, locale=about.locale
        )
