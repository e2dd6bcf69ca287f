"""The names of time zones; accounts have one too, so they stand with the models."""

from models.zones import zone_names

__all__ = ["zone_names"]
