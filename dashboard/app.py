"""The application factory: the top of the graph."""

from flask import Flask

import auth.pages.views
from dashboard import api, panel, receivers
from dashboard.background import housekeeping
from dashboard.config.settings import ROOT, Settings, load_settings
from dashboard.export import abandoned
from dashboard.followers.mail import post
from dashboard.followers.syslog import follower as syslog
from dashboard.followers.text_log import follower as text_log
from dashboard.followers.webhooks import rounds
from dashboard.live import feed, handshake
from dashboard.log import sealer
from dashboard.log.spool import replay
from dashboard.monitoring import health, signal_exchange
from dashboard.monitoring.metrics import page as metrics
from dashboard.proof import retention, upkeep
from dashboard.traces import receivers as traces
from dashboard.watch import sends
from dashboard.web import database, errors, requests, server_log


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; it connects to nothing and starts no thread.

    ``settings`` defaults to the environment's. Raises ``ConfigError`` when a setting is
    wrong and ``WiringError`` when an auth signal has not exactly one storage receiver.
    """
    settings = settings or load_settings()
    app = Flask("gatehouse", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.from_mapping({name.upper(): value for name, value in settings.model_dump().items()})
    app.config.from_mapping(requests.flask_config(settings), SETTINGS=settings)
    server_log.init_app()
    errors.init_app(app)
    database.init_app(app, settings)
    requests.init_app(app)
    auth.pages.views.init_app(app)
    receivers.connect_receivers()
    receivers.connect_terminal(app, settings)
    receivers.check_wiring()
    sealer.init_app(app)
    replay.init_app(app, settings)
    upkeep.init_app(app, settings)
    retention.init_app(app, settings)
    housekeeping.init_app(app)
    abandoned.init_app(app)
    panel.init_app(app)
    api.init_app(app)
    feed.init_app(app, settings)
    handshake.init_app(app, settings)
    health.init_app(app)
    metrics.init_app(app, settings)
    sends.init_app(app)
    text_log.init_app(app, settings)
    syslog.init_app(app, settings)
    signal_exchange.init_app(app, settings)
    traces.init_app(app)
    rounds.init_app(app, settings)
    post.init_app(app, settings)
    requests.trust_proxies(app, settings)
    return app
