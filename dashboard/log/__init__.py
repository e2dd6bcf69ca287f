"""The log itself: append, seal, read from the newest entries."""
