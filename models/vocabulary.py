"""The closed vocabularies of the book, named as in OCSF Authentication (3002) and ECS."""

from enum import StrEnum

#: Whose door an entry is about: our own pages.
SOURCE = "gatehouse"


class Action(StrEnum):
    """What was attempted (ECS ``event.action``)."""

    LOGIN = "login"
    LOGOUT = "logout"
    REGISTER = "register"
    PASSWORD_CHANGE = "password_change"  # noqa: S105 - an action's name
    PASSWORD_RESET = "password_reset"  # noqa: S105 - an action's name
    PASSWORD_RESET_REQUEST = "password_reset_request"  # noqa: S105 - an action's name
    EMAIL_CONFIRM = "email_confirm"
    PROFILE_CHANGE = "profile_change"
    SETTINGS_CHANGE = "settings_change"
    ACCOUNT_LOCK = "account_lock"
    ACCOUNT_UNLOCK = "account_unlock"
    ACCOUNT_DISABLE = "account_disable"
    ACCOUNT_ENABLE = "account_enable"
    ACCOUNT_CLOSE = "account_close"
    ROLE_CHANGE = "role_change"
    MFA_ENABLE = "mfa_enable"
    MFA_DISABLE = "mfa_disable"
    SESSION_REVOKE = "session_revoke"
    NOT_ME = "not_me"
    TOKEN_CREATE = "token_create"  # noqa: S105 - an action's name
    TOKEN_REVOKE = "token_revoke"  # noqa: S105 - an action's name
    LOG_VIEW = "log_view"
    LOG_EXPORT = "log_export"
    LOG_PURGE = "log_purge"
    ADDRESS_PURGE = "address_purge"
    ERASE = "erase"


class Outcome(StrEnum):
    """How it ended (ECS ``event.outcome``)."""

    SUCCESS = "success"
    FAILURE = "failure"


class Reason(StrEnum):
    """Why it ended so (OCSF ``status_detail``); shown to admins, never to end users."""

    UNKNOWN_USER = "unknown_user"
    INVALID_PASSWORD = "invalid_password"  # noqa: S105 - a reason's name
    INVALID_CODE = "invalid_code"
    FACTOR_MISSING = "factor_missing"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_LOCKED = "account_locked"
    RATE_LIMITED = "rate_limited"
    USERNAME_IN_USE = "username_in_use"
    EMAIL_IN_USE = "email_in_use"
    PASSWORD_REJECTED = "password_rejected"  # noqa: S105 - a reason's name
    INVALID_FORM = "invalid_form"
    REGISTRATION_CLOSED = "registration_closed"
    RECORDING_UNAVAILABLE = "recording_unavailable"
    USER_INITIATED = "user_initiated"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ABORTED = "aborted"


class Role(StrEnum):
    """What a person may do; each role may do all that the roles before it may."""

    USER = "user"
    VIEWER = "viewer"
    AUDITOR = "auditor"
    ADMIN = "admin"

    @classmethod
    def of(cls, stored: object) -> "Role":
        """Return a stored role; what is none allows nothing beyond being a person."""
        return next((role for role in cls if role == stored), cls.USER)

    def includes(self, needed: "Role") -> bool:
        """Whether this role may do what ``needed`` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Scope(StrEnum):
    """What an API token may be used for."""

    ENTRIES_READ = "entries:read"
