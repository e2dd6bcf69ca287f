"""The cookie that tells a device that signed in before; see `auth.factors.devices`."""

from flask import current_app, request
from werkzeug.wrappers import Response

from auth.factors.devices import DEVICE_AGE, with_account
from auth.sessions import CurrentUser


def device_cookie() -> str:
    """Return what the browser brought along, empty when nothing."""
    return request.cookies.get(_name(), "")


def remember_device(response: Response, user: CurrentUser) -> None:
    """Have the browser tell from now on that ``user`` signed in with it."""
    response.set_cookie(
        _name(),
        with_account(device_cookie(), user.user_id, user.device_generation),
        max_age=DEVICE_AGE,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}_device"
