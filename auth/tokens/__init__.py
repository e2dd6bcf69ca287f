"""Tokens by which programs read: made for a person, found by their hash, never stored."""
