"""The command line; its commands stand in `dashboard.cli.commands`."""
