"""A follower that writes the numbers of entries down, and what moves it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import update

from dashboard.followers.follow import Consequence, Delivery, begin
from dashboard.log.sealer import seal_all
from models import Follower, db, write_transaction
from tests.support.book import NOW, entry, store

NAME = "notebook"


@dataclass
class Notebook:
    """Writes down what is delivered; ``trouble`` is called before."""

    trouble: Callable[[Delivery], None] = lambda _: None
    seqs: list[int | None] = field(default_factory=list)
    unfinished: list[str | None] = field(default_factory=list)

    def deliver(self, delivery: Delivery) -> None:
        """Write the numbers down."""
        self.unfinished.append(delivery.unfinished)
        self.trouble(delivery)
        self.seqs += [entry.seq for entry in delivery.entries]

    def consequence(self, batch: int = 3, intent: str | None = None) -> Consequence:
        """Return this as something that follows."""
        return Consequence(NAME, self.deliver, prepare=lambda: intent, batch=batch)


def some_entries(count: int = 7, first: int = 1) -> None:
    store([entry(number) for number in range(first, first + count)])
    seal_all()


def change(**columns: object) -> None:
    write_transaction(lambda session: session.execute(update(Follower).values(**columns)))


def row() -> Follower:
    db.session.rollback()
    found = db.session.get(Follower, NAME, populate_existing=True)
    assert found is not None
    return found


def begun() -> None:
    """Begin before the first entry of the sample."""
    begin(NAME, NOW - timedelta(days=365))
