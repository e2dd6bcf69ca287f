"""``verify``: whether the book is what was sealed."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo, pass_script_info
from tqdm import tqdm

from dashboard.cli import checks
from dashboard.cli.group import error_sentence
from dashboard.log.authentic import quarantine
from dashboard.log.head import UnknownEncoding
from dashboard.monitoring.problem_words import many
from dashboard.proof.checkpoint.checkpoint import Checkpoint, NotACheckpoint
from dashboard.proof.checkpoint.history import ForeignKey, History
from dashboard.proof.checkpoint.key import NoKey
from dashboard.proof.checkpoint.note import Forged
from dashboard.proof.checkpoint.pin import BadPin
from dashboard.proof.checkpoint.store import Store, Unsigned
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.hold import Findings
from dashboard.proof.verify.standing import Standing
from dashboard.proof.verify.verify import Unfinished, verify
from models import db


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
    help="Checkpoint to hold the log against beside all in GATEHOUSE_CHECKPOINT_DIR.",
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
    except (Broken, BadPin, Forged) as error:
        raise Unproven(f"broken: {error}") from None
    except (ForeignKey, NoKey, NotACheckpoint, Unfinished, UnknownEncoding, Unsigned) as error:
        raise CouldNotRun(f"could not verify: {error}") from None
    except Exception as error:
        raise CouldNotRun(f"could not verify: {error_sentence(error)}") from error


def _verified(app: Flask, path: Path | None) -> str:
    """Verify and say what was found; raises what `verify` and `History.adding` raise."""
    checks.ready()
    store = Store.of(app.config["SETTINGS"])
    standing, history = store.present()
    if path:
        history = history.adding(path.read_text("utf-8", "replace"), standing.origin)
    else:
        store.check_newest(history)
    store.check_pin(standing, history)
    count = standing.last - standing.pruned
    with tqdm(total=count, unit=" entries", unit_scale=True) as bar:
        findings = verify(standing, history, bar.update)
    aside = quarantine.rows_aside(db.session())
    return "; ".join([*_intact(standing, aside), *_compared(findings, history)])


def _intact(standing: Standing, aside: int) -> Iterator[str]:
    count = standing.seq - standing.pruned
    yield f"intact: {count:,} entries" + (f", {standing.pruned + 1} to {standing.seq}" if count else "")
    if standing.pruned:
        yield f"{standing.pruned:,} before them pruned, as recorded"
    if standing.unsealed:
        yield f"{standing.unsealed:,} not sealed yet"
    if aside:
        yield f"{many(aside)} rows that are not ours were moved aside, see the table quarantine"


def _compared(findings: Findings, history: History) -> Iterator[str]:
    """Say which checkpoints agree, and what they tell beside."""
    if newest := findings.newest:
        others = len(findings.agreeing) - 1
        before = f", and {others:,} before it" if others else ""
        yield f"the checkpoint of {newest.time:%F %T} UTC at {newest.size} agrees{before}"
    if findings.pruned:
        yield f"{findings.pruned:,} checkpoints are older than what was pruned, not compared"
    if not history.checkpoints:
        yield "no checkpoint to compare with"
    if history.unknown:
        yield f"{history.unknown:,} checkpoints were signed by keys that are not known here, not compared"
    for scar in (found for found in history.checkpoints if found.restored):
        yield _scar(scar, findings)
    for found in history.checkpoints:
        if found.is_new_key:
            yield f"signed with a new key since {found.time:%F %T} UTC, as the one before was lost"


def _scar(scar: Checkpoint, findings: Findings) -> str:
    """Say what a restore lost; it stays visible for ever."""
    told = f"a backup was restored on {scar.time:%F %T} UTC"
    lost = max((found.size for found in findings.lost), default=0)
    if scar.restored and lost > scar.size:
        return f"{told}: entries {scar.size + 1} to {scar.restored.size} are lost"
    return told
