"""What an auth signal carries: frozen facts, complete before any transaction begins."""

from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from models import Action, Outcome, Reason, User
from models.clock import now


@dataclass(frozen=True, slots=True)
class Client:
    """Where an attempt came from, taken when it came.

    ``ip`` is the client's address, ``peer_ip`` that of the nearest proxy when one was
    trusted; ``browser``, ``os`` and ``device`` are parsed from ``user_agent``.
    """

    ip: str | None = None
    peer_ip: str | None = None
    user_agent: str | None = None
    browser: str | None = None
    os: str | None = None
    device: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an attempt is about. ``id`` is None for a name that belongs to no account.

    ``name`` is empty for an account whose name must not be kept.
    """

    name: str
    id: int | None = None

    @classmethod
    def of(cls, account: User) -> "Subject":
        """Return the subject that an account is."""
        return cls(account.username, account.id)


@dataclass(frozen=True, slots=True)
class AuthEvent:
    """What happened and how it ended; ``subject`` is None when it is about nobody.

    ``actor`` is who did it, when that is not the subject; ``session_ref`` the public id of the session
    it began, ended or was made in; ``detail`` plain JSON values. ``event_id`` is a UUIDv7, made with the
    event and so before the first try to store it: another try stores the same. ``is_known_device`` says that
    the browser showed the cookie of a device that this account signed in from before.
    """

    action: Action
    outcome: Outcome
    subject: Subject | None
    client: Client
    _: KW_ONLY
    reason: Reason | None = None
    actor: Subject | None = None
    session_ref: UUID | None = None
    auth_method: str | None = None
    detail: dict[str, object] | None = None
    is_known_device: bool = False
    event_id: UUID = field(default_factory=uuid7)
    occurred_at: datetime = field(default_factory=now)

    @classmethod
    def of_site(cls, action: Action) -> "AuthEvent":
        """Return the event of something that the site does by itself, about nobody."""
        return cls(action, Outcome.SUCCESS, None, Client())
