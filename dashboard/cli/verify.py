"""``verify``: whether the book is what was sealed."""

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo, pass_script_info
from tqdm import tqdm

from dashboard.cli import checks
from dashboard.cli.group import error_sentence
from dashboard.config.settings import Settings
from dashboard.log.head import UnknownEncoding
from dashboard.proof.checkpoint.checkpoint import Checkpoint, ForeignKey, Forged, NotACheckpoint
from dashboard.proof.checkpoint.key import NoKey
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.standing import Standing
from dashboard.proof.verify.verify import Unfinished, current_standing, verify


class Unproven(click.ClickException):
    """The book is broken, or its checkpoint was forged."""

    exit_code = 1


class CouldNotRun(click.ClickException):
    """Nothing is known about the book."""

    exit_code = 2


@click.command("verify")
@click.option(
    "--checkpoint",
    "path",
    type=click.Path(path_type=Path),
    help="Checkpoint to hold the book against (default: the newest in GATEHOUSE_CHECKPOINT_DIR).",
)
@pass_script_info
def verify_command(info: ScriptInfo, path: Path | None) -> None:
    """Recompute the chain: exit 0 intact, 1 broken, 2 could not run.

    Says the first wrong entry and how it is wrong. Entries sealed after the start and
    entries not sealed yet are left to the next time.
    """
    try:
        with info.load_app().app_context():
            click.echo(_verified(current_app, path))
    except (Broken, Forged) as error:
        raise Unproven(f"broken: {error}") from None
    except (ForeignKey, NoKey, NotACheckpoint, Unfinished, UnknownEncoding) as error:
        raise CouldNotRun(f"could not verify: {error}") from None
    except Exception as error:
        raise CouldNotRun(f"could not verify: {error_sentence(error)}") from error


def _verified(app: Flask, path: Path | None) -> str:
    """Verify and say what was found; raises what `verify` and `Store.read` raise."""
    checks.ready()
    settings: Settings = app.config["SETTINGS"]
    standing = current_standing()
    checkpoint = _checkpoint(settings, standing, path)
    count = standing.last - standing.pruned
    with tqdm(total=count, unit=" entries", unit_scale=True) as bar:
        compared = verify(standing, checkpoint, bar.update)
    return _intact(standing, checkpoint, compared)


def _checkpoint(settings: Settings, standing: Standing, path: Path | None) -> Checkpoint | None:
    store = Store.of(settings)
    path = path or store.newest(standing.origin)
    return store.read(path) if path else None


def _intact(standing: Standing, checkpoint: Checkpoint | None, compared: bool) -> str:
    count = standing.seq - standing.pruned
    lines = [f"intact: {count:,} entries" + (f", {standing.pruned + 1} to {standing.seq}" if count else "")]
    if standing.pruned:
        lines.append(f"{standing.pruned:,} before them pruned, as recorded")
    if standing.unsealed:
        lines.append(f"{standing.unsealed:,} not sealed yet")
    if checkpoint is None:
        lines.append("no checkpoint to compare with")
    elif compared:
        lines.append(f"the checkpoint of {checkpoint.time:%F %T} UTC at {checkpoint.size} agrees")
    else:
        lines.append(f"the checkpoint at {checkpoint.size} is older than what was pruned, not compared")
    return "; ".join(lines)
