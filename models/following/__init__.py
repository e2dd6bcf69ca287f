"""What the followers of the log keep."""
