"""The Flask-Admin panel: one file per page."""

from dashboard.panel.pages import init_app

__all__ = ["init_app"]
