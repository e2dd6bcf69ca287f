"""What somebody wants to be let in with, and how they are turned away."""

from dataclasses import dataclass
from uuid import UUID

from auth.factors.hashing import BUSY_RETRY
from models import Reason, Role


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody typed, and what their browser brought along.

    ``name`` is a user name or an e-mail address, ``once`` the key of the form, which makes one session
    however often it is sent. ``devices`` is the cookie of `auth.factors.devices`, ``former`` the token of
    the session that ends when a new one begins.
    """

    name: str
    password: str
    remember: bool = False
    once: UUID | None = None
    devices: str = ""
    former: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """A checked registration; ``email`` is normalised, ``hobbies`` are vocabulary keys.

    ``once`` is the key of the form: sent again it makes no second account. ``language`` is that of the form;
    ``is_confirmed`` says that an operator vouches for the address.
    """

    username: str
    password: str
    email: str | None = None
    gender: str | None = None
    city: str | None = None
    hobbies: tuple[str, ...] = ()
    role: Role = Role.USER
    once: UUID | None = None
    language: str | None = None
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """An attempt that was turned away; ``retry_after`` seconds when there were too many.

    ``is_busy`` tells that the site had too much to do, whoever asked.
    """

    reason: Reason
    retry_after: int | None = None
    is_busy: bool = False


#: Nobody's fault: no place for a hash became free.
BUSY = Refused(Reason.RATE_LIMITED, BUSY_RETRY, is_busy=True)
