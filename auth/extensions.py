"""Flask extensions of the auth blueprint, bound to an app by ``init_app``."""

from flask import Flask
from flask_login import LoginManager
from flask_wtf import CSRFProtect

from auth import floods, sessions, throttle
from auth.factors import hashing
from auth.pages import origin

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Bind sign-in sessions, CSRF protection, the throttle and the places for hashes to ``app``."""
    origin.init_app(app)  # before the tokens of forms
    csrf.init_app(app)
    hashing.init_app(app)
    throttle.init_app(app)
    floods.init_app(app)
    manager = LoginManager(app)
    manager.session_protection = None  # the server-side session knows place and age itself
    manager.user_loader(sessions.load_user)
