"""Slows guessing down: attempts are counted by account, by address and by network (OWASP ASVS 6.3.1)."""

from auth.throttle.places import (
    Places,
    TooMany,
    give_back,
    init_app,
    take_link,
    take_registration,
    take_request,
    take_sign_in,
    take_wrong_token,
)

__all__ = [
    "Places",
    "TooMany",
    "give_back",
    "init_app",
    "take_link",
    "take_registration",
    "take_request",
    "take_sign_in",
    "take_wrong_token",
]
