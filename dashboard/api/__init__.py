"""What programs read by HTTP, below /api/v1: docs/api.md tells it to them."""

from dashboard.api.pages import init_app

__all__ = ["init_app"]
