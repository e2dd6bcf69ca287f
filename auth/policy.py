"""What may be a user name, an e-mail address and a password: one rule for forms and command line."""

from email_validator import EmailNotValidError, validate_email

from auth.factors.passwords import MIN_PASSWORD, is_text, is_too_long
from auth.factors.weakness import is_common
from models.names import is_username, username_key

MAX_EMAIL = 254


class Unfit(ValueError):
    """What was given may not be used; ``message`` is an English text for gettext (``-k Unfit``)."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def fit_username(text: str) -> str:
    """Return a user name as it is; raises ``Unfit``."""
    if not is_username(text):
        raise Unfit("Use 2 to 64 letters, digits, dots, underscores or hyphens.")
    return text


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
    """Return a password that may be hashed; raises ``Unfit``."""
    if not is_text(password):
        raise Unfit("A password is made of characters, not of other bytes.")
    if is_too_long(password):
        raise Unfit("A password has at most 1,024 bytes.")
    return password


def fit_length(password: str) -> str:
    """Return a password whose length will do for a new one (ASVS 6.2.1); raises ``Unfit``."""
    if len(fit_to_hash(password)) < MIN_PASSWORD:
        raise Unfit("Use at least 8 characters.")
    return password


def fit_password(password: str) -> str:
    """Return a password that may be chosen (ASVS 6.2.4); raises ``Unfit``.

    The estimate takes milliseconds: ask last, when all else holds.
    """
    if is_common(fit_length(password)):
        raise Unfit("This password is too common. Choose another.")
    return password
