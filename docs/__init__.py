"""Screens and texts about the project."""
