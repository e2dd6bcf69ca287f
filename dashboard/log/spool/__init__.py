"""Attempts that the database could not take: kept in files, and replayed into the log."""
