"""The group of all commands: no application before one asks for it, every error in one line."""

import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy.exc import DBAPIError

from dashboard.config.settings import ConfigError, unknown_variables
from dashboard.log.authentic.secret import ForeignSecret
from dashboard.proof.checkpoint.key import NoKey
from dashboard.proof.checkpoint.lease import Taken
from dashboard.proof.checkpoint.pin import BadPin
from dashboard.proof.checkpoint.store import Unsigned
from dashboard.proof.prune import PruneConflict
from dashboard.proof.verify.faults import Broken
from dashboard.web.server_log import visible
from models import NotWritten
from models.database.limits import Purpose, used_for

INTERRUPTED = 130
#: Commands that wait for the database longer or shorter than others.
PURPOSES = {"db": Purpose.MIGRATIONS, "doctor": Purpose.PAGES}


class CommandLine(FlaskGroup):
    """Flask's group, less what it does by itself: load the app to list commands, read ``.env``."""

    def __init__(self, create_app: Callable[..., Flask], commands: Iterable[click.Command]) -> None:
        super().__init__(
            help="Gatehouse keeps the book at the gate of a web application.",
            create_app=create_app,
            add_default_commands=False,
            add_version_option=False,
            load_dotenv=False,
            set_debug_flag=False,
        )
        self.params.clear()
        for command in commands:
            self.add_command(command)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command, or None; the app has no say, since it may not even start."""
        return self.commands.get(name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in alphabetical order."""
        return sorted(self.commands)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Return the command that is to run, and let it wait for the database as long as its kind may."""
        found = super().resolve_command(ctx, args)
        ctx.with_resource(used_for(PURPOSES.get(found[0] or "", Purpose.COMMANDS)))
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, after a line for each variable that was meant for us and has no effect."""
        for line in unknown_variables():
            click.echo(f"Warning: {line}", err=True)
        return super().invoke(ctx)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command and exit: 0, or at least 1 after one line on stderr."""
        try:
            result = super().main(*args, **extra | {"standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as usage:
            click.echo(usage.format_message())
            sys.exit(usage.exit_code)
        except click.Abort:
            sys.exit(INTERRUPTED)
        except Exception as error:
            click.echo(f"Error: {error_sentence(error)}", err=True)
            sys.exit(getattr(error, "exit_code", 1))
        sys.exit(result if isinstance(result, int) else 0)


def error_sentence(error: Exception) -> str:
    """Say in one line what went wrong; what nobody foresaw says where in the code as well."""
    return visible(" ".join(_text(error).split()))


def _text(error: Exception) -> str:
    match error:
        case click.ClickException():
            return error.format_message()
        case (
            ConfigError()
            | NoKey()
            | PruneConflict()
            | Broken()
            | Unsigned()
            | BadPin()
            | Taken()
            | ForeignSecret()
        ):
            return str(error)
        case NotWritten():
            return f"nothing was written: {error}"
        case DBAPIError(orig=Exception(args=[*_, reason])):
            return f"the database says: {reason} (`manage.py doctor` may know why)"
        case OSError(strerror=str(reason), filename=str(name)):
            return f"{reason}: {name}"
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(place.filename).name}, line {place.lineno})"
