"""The followers page."""
