"""Verify: holds the log against its own chain, its totals and a checkpoint."""
