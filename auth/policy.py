"""What may be a user name, an e-mail address and a password: one rule for forms and command line."""

import re
from contextlib import suppress

from email_validator import EmailNotValidError, validate_email

from auth.factors.breached import is_breached
from auth.factors.context import is_guessable
from auth.factors.passwords import MIN_PASSWORD, is_text, is_too_long, opaque
from auth.factors.weakness import is_common
from models.names import former_key, is_username, looks, username_key

MAX_EMAIL = 254
#: Names that look like the site itself, or like what an erased account is called.
RESERVED = {"admin", "administrator", "gatehouse", "operator", "root", "security", "support", "system"}
_RESERVED_LOOKS = {look for name in RESERVED for look in looks(name) | looks(name.upper())}
_ERASED = re.compile(r"erased-\d.*")


class Unfit(ValueError):
    """What was given may not be used; ``message`` is an English text for gettext (``-k Unfit``)."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def fit_username(text: str) -> str:
    """Return a user name as it is; raises ``Unfit``."""
    if not is_username(text):
        raise Unfit("Use 2 to 64 letters of one script, digits, dots, underscores or hyphens.")
    if any(map(_ERASED.fullmatch, looks(text))):
        raise Unfit("This name is reserved. Choose another.")
    return text


def fit_chosen_name(text: str) -> str:
    """Return a user name that somebody may choose for themselves; raises ``Unfit``."""
    if not _RESERVED_LOOKS.isdisjoint(looks(fit_username(text))):
        raise Unfit("This name is reserved. Choose another.")
    return text


def lookup_keys(typed: str) -> list[str]:
    """Return the keys of what somebody typed to be found by, the likeliest first.

    Names of before are found by their former keys, addresses by their normal form as well.
    """
    keys = [former_key(typed), username_key(typed)]
    if "@" in typed:
        with suppress(Unfit):  # else nobody has it
            keys.append(username_key(fit_email(typed.strip())))
    return list(dict.fromkeys(keys))


def fit_email(text: str) -> str:
    """Return an address in its normal form; intranet domains are fine.

    Raises ``Unfit``, also for one whose key outgrows its column.
    """
    if len(text) > MAX_EMAIL:  # before anything that takes time
        raise Unfit("An e-mail address has at most 254 characters.")
    try:
        address = str(validate_email(text, check_deliverability=False, globally_deliverable=False).normalized)
    except EmailNotValidError:
        raise Unfit("This is not an e-mail address.") from None
    if max(len(address), len(username_key(address))) > MAX_EMAIL:
        raise Unfit("An e-mail address has at most 254 characters.")
    return address


def fit_to_hash(password: str) -> str:
    """Return a password that may be hashed, as it was typed; raises ``Unfit``."""
    if not is_text(password):
        raise Unfit("A password is made of characters, not of other bytes.")
    if is_too_long(password):
        raise Unfit("A password has at most 1,024 bytes.")
    return password


def fit_length(password: str) -> str:
    """Return a password whose length will do for a new one (ASVS 6.2.1); raises ``Unfit``."""
    if len(opaque(fit_to_hash(password))) < MIN_PASSWORD:
        raise Unfit("Use at least 8 characters.")
    return password


def fit_password(password: str, *words: str | None) -> str:
    """Return a password that may be chosen (ASVS 6.2.4, 6.2.11, 6.2.12); raises ``Unfit``.

    ``words`` are what strangers would try first: the account's name and address. The estimate takes
    milliseconds: ask last, when all else holds.
    """
    meant = opaque(fit_length(password))
    if is_guessable(meant, *words):
        raise Unfit("This password is too easy to guess from your name, this site or a date. Choose another.")
    if is_common(meant):
        raise Unfit("This password is too common. Choose another.")
    if is_breached(meant):
        raise Unfit("This password is known from a data breach. Choose another.")
    return password
