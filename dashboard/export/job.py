"""One export: a stream of lines between two entries in the book."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from flask import current_app
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from auth.events import AuthEvent, Client, Subject
from dashboard.export import progress
from dashboard.export.csv import Layout
from dashboard.export.formats import FORMATS
from dashboard.export.pipeline.rows import Rows
from dashboard.export.progress import JobProgress
from dashboard.log.head import read_head
from dashboard.log.recorder import query_ref, record
from dashboard.log.recording import query_words
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.selection import Selection
from dashboard.web.requests import under_way
from models import Action, ExportState, NotWritten, Outcome, Reason, db, write_transaction
from models.database.limits import Purpose, used_for

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be exported, for whom; ``parameters`` are the selection as it was asked for."""

    export_id: UUID
    format: str
    selection: Selection
    parameters: dict[str, str]
    subject: Subject | None
    client: Client
    actor: Subject | None = None
    session_ref: UUID | None = None
    delimiter: str = ","


class UsedId(ValueError):
    """An export with this id was begun before."""


class Export:
    """The lines of an export: iterate once, then ``close()``, as WSGI does (PEP 3333).

    Making one needs an application context and records that the export begins; it raises
    ``NotWritten``, and nothing is exported, when that cannot be recorded, and `UsedId`. Iterating yields
    UTF-8 text of whole lines, and records the end before it ends; whatever interrupts, there is one end.
    ``last_seq`` is the head of the stream at the start, ``rows`` how many rows were taken.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._app = current_app._get_current_object()  # type: ignore[attr-defined]
        with used_for(Purpose.COMMANDS):
            self._engine = db.engine
        is_watched = order.subject is not None and order.subject.id is not None
        self._progress = JobProgress(order.export_id) if is_watched else None
        self._ended, self._end_id = False, uuid7()
        self.rows = 0
        with self._app.app_context():  # of its own, so that no read stays open meanwhile
            self.last_seq = read_head(db.session()).seq
        self.form = FORMATS[order.format](Layout(order.delimiter, order.selection.zone))
        self._book = Rows(compile_selection(order.selection), self.last_seq, self.form, under_way(self._app))
        order_facts = {"export_id": str(order.export_id), "format": order.format, "last_seq": self.last_seq}
        self._facts: dict[str, object] = order_facts | _referenced(order.parameters)
        self._begin(self._event(Outcome.SUCCESS, stage="start"))

    def __iter__(self) -> Iterator[bytes]:
        if self.form.header:
            yield self.form.header
        for chunk in self._book.chunks(self._engine):
            if chunk.rows:
                yield chunk.lines
            self.rows += chunk.rows
            if chunk.reached and self._progress:
                with self._app.app_context():
                    self._progress.note(self.rows, chunk.reached[0])
        self._end(self._event(Outcome.SUCCESS, stage="end", rows=self.rows), ExportState.DONE)
        self._ended = True

    def close(self) -> None:
        """Record that the export broke off, unless it came to its end."""
        if self._ended:
            return
        self._ended = True
        try:
            broken = self._event(Outcome.FAILURE, Reason.ABORTED, stage="end", rows=self.rows)
            self._end(broken, ExportState.ABORTED)
        except IntegrityError:
            return  # interrupted when its end was in the book already
        except NotWritten as error:
            logger.error("export %s: its end could not be recorded: %s", self._order.export_id, error)

    def _begin(self, event: AuthEvent) -> None:
        """Record the start and, for a person, the job that they can watch."""
        order = self._order

        def work(session: Session) -> None:
            if self._progress:
                progress.begin_job(session, order.export_id, order.subject.id)  # type: ignore[union-attr,arg-type]
            if words := order.parameters.get("q"):
                query_words.keep_words(session, words)
            record(session, event)

        try:
            with self._app.app_context():
                write_transaction(work)
        except IntegrityError:
            raise UsedId(str(order.export_id)) from None

    def _end(self, event: AuthEvent, state: ExportState) -> None:
        """Record the end and that of the job, which may have been cancelled a moment ago."""

        def work(session: Session) -> None:
            if self._progress:
                self._progress.end(session, state, self.rows)
            record(session, event)

        with self._app.app_context():
            write_transaction(work)

    def _event(self, outcome: Outcome, reason: Reason | None = None, **detail: object) -> AuthEvent:
        order = self._order
        event = AuthEvent(
            Action.LOG_EXPORT,
            outcome,
            order.subject,
            order.client,
            reason=reason,
            actor=order.actor,
            session_ref=order.session_ref,
            detail=self._facts | detail,
        )
        return replace(event, event_id=self._end_id) if detail["stage"] == "end" else event


def _referenced(parameters: dict[str, str]) -> dict[str, str]:
    """Return what was parameters with a reference in place of words, which may name people."""
    if "q" not in parameters:
        return parameters
    return {name: text for name, text in parameters.items() if name != "q"} | {
        "q_ref": query_ref(parameters["q"]).hex()
    }
