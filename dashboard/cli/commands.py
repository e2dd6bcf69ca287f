"""The commands of ``manage.py``."""

from dashboard.cli.accounts import create_admin, reset_password_command
from dashboard.cli.demo.command import demo
from dashboard.cli.demo.simulate import simulate
from dashboard.cli.doctor.command import doctor
from dashboard.cli.erase import erase_user
from dashboard.cli.export import export
from dashboard.cli.mail_test import mail_test
from dashboard.cli.migrations import db_group
from dashboard.cli.proof.after_restore import after_restore
from dashboard.cli.proof.checkpoint import checkpoint
from dashboard.cli.proof.verify import verify_command
from dashboard.cli.prune import prune_command
from dashboard.cli.rebuild import rebuild
from dashboard.cli.seeding.command import seed
from dashboard.cli.server.command import serve

COMMANDS = (
    after_restore,
    checkpoint,
    create_admin,
    db_group,
    demo,
    doctor,
    erase_user,
    export,
    mail_test,
    prune_command,
    rebuild,
    reset_password_command,
    seed,
    serve,
    simulate,
    verify_command,
)
