"""Which SECRET_KEY authenticates the entries of this log: the head tells by a fingerprint."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from auth.subkeys import subkeys
from models import StreamHead, db, write_transaction

_PURPOSE = b"gatehouse secret id 1"


class ForeignSecret(Exception):
    """Entries of this log are authenticated with another SECRET_KEY; says the way on."""


def secret_id() -> str:
    """Return 16 hexadecimal digits that tell the present SECRET_KEY, and nothing about it."""
    return _ids()[0]


def check_secret() -> str:
    """Return which SECRET_KEY this is to the log, for people.

    Raises ``ForeignSecret`` unless the log knows it, or one of the fallbacks, or none yet.
    """
    return "not in use yet" if _known() is None else "the one that the log is recorded with"


def is_ours(secret: str) -> bool:
    """Whether it is the `secret_id` of the present SECRET_KEY or of a fallback."""
    return secret in _ids()


def names_ours() -> bool:
    """Whether the head names a SECRET_KEY of ours."""
    with db.engine.connect() as connection:
        return connection.scalars(select(StreamHead.secret_id)).first() in _ids()


def adopt_secret() -> None:
    """Have the log know the present SECRET_KEY from now on."""
    write_transaction(_store)


def settle_secret() -> None:
    """Have the log know a new SECRET_KEY whose forerunner is a fallback; raises as `check_secret`."""
    if _known() != secret_id():
        adopt_secret()


def _known() -> str | None:
    """Return which SECRET_KEY the head tells, None before the first; raises as `check_secret`."""
    with db.engine.connect() as connection:
        stored = connection.scalars(select(StreamHead.secret_id)).first()
    if stored is not None and stored not in _ids():
        raise ForeignSecret(
            "this SECRET_KEY is not the one that the log was recorded with: put that one into "
            "GATEHOUSE_SECRET_KEY_FALLBACKS, or `manage.py after-restore` goes on with this one"
        )
    return stored


def _store(session: Session) -> None:
    session.execute(update(StreamHead).values(secret_id=secret_id()))


def _ids() -> list[str]:
    return [key[:8].hex() for key in subkeys(_PURPOSE)]
