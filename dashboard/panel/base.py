"""What every page of the panel is: a Flask-Admin view that a role opens."""

from collections.abc import Callable
from typing import Any

from flask_admin import BaseView
from flask_login import current_user

from auth.pages.access import require_role
from models import Role


class PanelView(BaseView):
    """A page for people whose role includes ``needed``; others are sent to sign in or get 403."""

    needed = Role.VIEWER
    #: The endpoint of the page in the menu below which this one stands, when it has no place of its own.
    below: str | None = None

    def __init__(self, name: str, *, endpoint: str, url: str, icon: str) -> None:
        """``icon`` names a drawing of ``templates/shared/icons.html``."""
        super().__init__(name, endpoint=endpoint, url=url, menu_icon_value=icon)

    def is_accessible(self) -> bool:
        """Whether the visitor may open the page; Flask-Admin also asks for its menu."""
        return bool(current_user.is_authenticated) and current_user.role.includes(self.needed)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Answer a visitor who may not open the page."""
        return require_role(self.needed)

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call the view once: Flask-Admin would call it again after any TypeError in it."""
        return fn(self, *args, **kwargs)
