"""The panel as a whole: its pages in the order of the menu, and what their templates use."""

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme
from flask_babel import format_decimal, format_percent
from flask_babel import lazy_gettext as _l

from dashboard.panel.entries import is_by_admin
from dashboard.panel.followers.page import FollowersPage
from dashboard.panel.followers.webhooks import WebhooksPage, webhook_forms_come_back
from dashboard.panel.live_page import LivePage
from dashboard.panel.logins import Logins
from dashboard.panel.overview import Overview
from dashboard.panel.parts.lengths import length_in_words
from dashboard.panel.parts.related import whole_log
from dashboard.panel.signals.page import SignalsPage
from dashboard.panel.tokens.page import Tokens, form_comes_back
from dashboard.panel.users import Users
from dashboard.proof.upkeep import verified


def init_app(app: Flask) -> None:
    """Add the panel to ``app``, below ``/admin/``."""
    app.config["STAFF_PAGE"] = "overview.index"
    overview = Overview(_l("Overview"), endpoint="overview", url="/admin", icon="gauge")
    theme = Bootstrap4Theme(base_template="admin/panel.html")
    admin = Admin(app, name="Gatehouse", index_view=overview, theme=theme)
    admin.add_views(
        Logins(_l("Logins"), endpoint="logins", url="/admin/logins", icon="book"),
        LivePage(_l("Live"), endpoint="live", url="/admin/live", icon="pulse"),
        Users(_l("Users"), endpoint="users", url="/admin/users", icon="people"),
        FollowersPage(_l("Followers"), endpoint="followers", url="/admin/followers", icon="follow"),
        webhook_forms_come_back(
            app,
            WebhooksPage(_l("Webhooks"), endpoint="webhooks", url="/admin/followers/webhooks", icon="follow"),
        ),
        SignalsPage(_l("Signals"), endpoint="signals", url="/admin/signals", icon="signal"),
        form_comes_back(app, Tokens(_l("Tokens"), endpoint="tokens", url="/admin/tokens", icon="key")),
    )
    app.add_template_global(verified)
    app.add_template_filter(length_in_words)
    app.add_template_global(whole_log)
    app.add_template_filter(format_decimal, "number")
    app.add_template_filter(percent)
    app.add_template_test(is_by_admin, "by_admin")


def percent(share: float) -> str:
    """Return 0.0675 as "6.8%"."""
    return format_percent(share, "#,##0.#%")
