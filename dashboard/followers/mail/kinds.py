"""Every kind of letter, a record each: because of what, to whom, and who writes it."""

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.followers.mail.content import Cause, Content
from dashboard.followers.mail.letters import address_taken, digest, new_device, trouble, welcome
from models import LoginLog, User


@dataclass(frozen=True, slots=True)
class LetterKind:
    """A kind of letter.

    ``whom`` returns the number of the account that an entry leads to a letter to, None when it leads to
    none; kinds without it are queued elsewhere. ``suits`` says whether an account may get it, asked
    when it is queued and again when it is sent. ``write`` writes it.
    """

    write: Callable[[Cause], Content]
    suits: Callable[[User], bool]
    whom: Callable[[LoginLog], int | None] = lambda _: None


def _has_address(user: User) -> bool:
    return bool(user.email) and not user.disabled and user.erased_at is None


def _is_confirmed(user: User) -> bool:
    return _has_address(user) and user.email_confirmed_at is not None


def _is_unconfirmed(user: User) -> bool:
    return _has_address(user) and user.email_confirmed_at is None


#: By the name under which they are stored. Only confirmed addresses get notices.
LETTER_KINDS: dict[str, LetterKind] = {
    "welcome": LetterKind(welcome.write_welcome, _is_unconfirmed, welcome.newcomer),
    "confirm": LetterKind(welcome.write_link, _is_unconfirmed, welcome.asked),
    "address_taken": LetterKind(address_taken.write_taken, _has_address, address_taken.owner),
    "new_device": LetterKind(new_device.write_new_device, _is_confirmed, new_device.newly_signed_in),
    "trouble": LetterKind(trouble.write_trouble, _has_address),
    "trouble_over": LetterKind(trouble.write_all_well, _has_address),
    digest.DIGEST: LetterKind(digest.write_digest, _has_address),
}
