"""Entries counted by time and outcome."""
