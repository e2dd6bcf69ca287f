"""The commands of ``manage.py``."""

from flask_migrate.cli import db  # type: ignore[import-not-found]

from dashboard.cli.accounts import create_admin, reset_password
from dashboard.cli.checkpoint import checkpoint
from dashboard.cli.demo import demo
from dashboard.cli.doctor import doctor
from dashboard.cli.erase import erase_user
from dashboard.cli.export import export
from dashboard.cli.prune import prune_command
from dashboard.cli.rebuild import rebuild
from dashboard.cli.seed import seed
from dashboard.cli.serve import serve
from dashboard.cli.simulate import simulate
from dashboard.cli.verify import verify_command

COMMANDS = (
    checkpoint,
    create_admin,
    db,
    demo,
    doctor,
    erase_user,
    export,
    prune_command,
    rebuild,
    reset_password,
    seed,
    serve,
    simulate,
    verify_command,
)
