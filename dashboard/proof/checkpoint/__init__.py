"""Checkpoints: signed statements of where the log stood at a time."""
