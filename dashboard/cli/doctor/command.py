"""``doctor``: how configuration, database, log and server stand."""

from collections.abc import Callable
from functools import partial

import click
from flask.cli import ScriptInfo, pass_script_info
from sqlalchemy.exc import DBAPIError

from dashboard.cli import checks
from dashboard.cli.doctor import clock, followers, lines, mail, names, proof, spool, state
from dashboard.cli.group import error_sentence
from dashboard.cli.server import sharing
from dashboard.config.settings import ConfigError, Settings, load_settings, unknown_variables
from dashboard.log.authentic.secret import check_secret

Check = Callable[[], str]


@click.command()
@pass_script_info
@click.pass_context
def doctor(context: click.Context, info: ScriptInfo) -> None:
    """Check configuration, database, keys, Redis, clock, spool, proxy, followers, totals, proof, mail."""
    try:
        settings = load_settings()
    except ConfigError as error:
        _say("bad", "configuration", f"{error}; the rest was not checked")
        context.exit(1)
    with info.load_app().app_context():
        healthy = [_holds(name, check) for name, check in _checks(settings).items()]
    context.exit(0 if all(healthy) else 1)


def _checks(settings: Settings) -> dict[str, Check]:
    return {
        "configuration": partial(_configuration, settings),
        "database": checks.database,
        "migrations": checks.migrations,
        "schema": checks.schema,
        "secret": check_secret,
        "quarantine": state.quarantined,
        "redis": partial(checks.redis, settings),
        "clock": partial(clock.check_clock, settings),
        "zones": checks.time_zones,
        "spool": spool.check_spool,
        "proxy": partial(checks.proxy, settings),
        "sharing": partial(sharing.check_sharing, settings.database),
        "sealing": state.sealing,
        "followers": followers.check_followers,
        "text-log": partial(lines.check_text_log, settings),
        "syslog": partial(lines.check_syslog, settings),
        "totals": state.check_totals,
        "names": names.check_names,
        "checkpoint": partial(proof.check_newest, settings),
        "mail": partial(mail.check_mail, settings),
        "server": partial(state.server, settings),
    }


def _configuration(settings: Settings) -> str:
    """Return what was configured; raises ``Bad`` when some of it has no effect."""
    if ignored := unknown_variables():
        raise checks.Bad("; ".join(ignored))
    kind = "production" if settings.is_production else "development"
    return f"{kind}, {settings.address}, registration {settings.registration}"


def _holds(name: str, check: Check) -> bool:
    """Say how one check ended; return whether all is well."""
    try:
        _say("ok", name, check())
    except DBAPIError:
        _say("bad", name, "not known before the database answers and is migrated")
    except Exception as error:
        _say("bad", name, error_sentence(error))
    else:
        return True
    return False


def _say(state: str, name: str, text: str) -> None:
    click.echo(f"{state:<4} {name:<14} {' '.join(text.split())}")
