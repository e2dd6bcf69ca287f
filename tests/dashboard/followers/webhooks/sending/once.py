"""Sends once to a receiver."""

from dashboard.followers.webhooks.sending.post import Poster, Reply
from dashboard.followers.webhooks.sending.target import fit_target


def send(url: str, seconds: float = 5, private: bool = True, body: bytes = b"{}") -> Reply:
    """Send once."""
    poster = Poster(fit_target(url, private=True), private=private, seconds=seconds)
    try:
        return poster.post({"webhook-id": "1"}, body)
    finally:
        poster.close()
