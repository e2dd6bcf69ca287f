"""The application factory: the top of the graph."""

from flask import Flask

import auth.views
from dashboard import database, errors, gate, health, live, locale, logs, panel, receivers, security
from dashboard.config import ROOT, Settings, load_settings
from dashboard.export import upkeep as exports
from dashboard.stream import forgetting, housekeeping, late, upkeep


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; it connects to nothing and starts no thread.

    ``settings`` defaults to the environment's. Raises ``ConfigError`` when a setting is
    wrong and ``WiringError`` when an auth signal has not exactly one storage receiver.
    """
    settings = settings or load_settings()
    app = Flask("gatehouse", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.from_mapping({name.upper(): value for name, value in settings.model_dump().items()})
    app.config.from_mapping(security.flask_config(settings), SETTINGS=settings)
    logs.init_app()
    security.init_app(app, settings)
    errors.init_app(app)
    locale.init_app(app)
    database.init_app(app, settings)
    auth.views.init_app(app)
    receivers.connect()
    receivers.check()
    late.init_app(app, settings)
    upkeep.init_app(app, settings)
    forgetting.init_app(app, settings)
    housekeeping.init_app(app)
    exports.init_app(app)
    panel.init_app(app)
    live.init_app(app, settings)
    gate.init_app(app, settings)
    health.init_app(app)
    return app
