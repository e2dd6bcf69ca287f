"""The commands that prove the log, and those that sign what a proof needs."""
