"""The signals page."""
