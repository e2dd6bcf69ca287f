"""Exports: entries as lines of CSV, JSON or OCSF."""
