"""The history that `seed` writes."""
