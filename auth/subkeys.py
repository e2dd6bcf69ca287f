"""Keys for one purpose each, derived from SECRET_KEY, so that none of them tells another."""

import hashlib
import hmac
from functools import lru_cache

from flask import current_app


def subkeys(purpose: bytes) -> list[bytes]:
    """Return the 32-byte keys of ``purpose``: first that of SECRET_KEY, which makes what is new.

    Those of SECRET_KEY_FALLBACKS follow: they only check and find what was made with them.
    """
    config = current_app.config
    return list(_derived((config["SECRET_KEY"], *(config.get("SECRET_KEY_FALLBACKS") or ())), purpose))


@lru_cache(maxsize=256)
def _derived(keys: tuple[str, ...], purpose: bytes) -> tuple[bytes, ...]:
    return tuple(hmac.digest(key.encode("utf-8", "surrogatepass"), purpose, hashlib.sha256) for key in keys)
