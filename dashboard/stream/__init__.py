"""Append, seal, follow: the stream of entries."""
