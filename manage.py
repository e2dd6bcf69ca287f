#!/usr/bin/env python3
"""The command line: ``python manage.py COMMAND``; ``--help`` lists the commands."""

from dashboard.app import create_app
from dashboard.cli.commands import COMMANDS
from dashboard.cli.group import CommandLine

cli = CommandLine(create_app, COMMANDS)

if __name__ == "__main__":
    cli.main(prog_name="manage.py")
