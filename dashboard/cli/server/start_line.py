"""The line that says with which settings a server starts; no secret stands in it."""

import logging
from datetime import timedelta
from typing import Any

from dashboard.config.addresses import without_account
from dashboard.config.environment import secrets_of
from dashboard.config.settings import Settings
from dashboard.web.server_log import visible

logger = logging.getLogger(__name__)


def tell_settings(settings: Settings) -> None:
    """Write the line, whatever is else too unimportant to be written."""
    told, secrets = shown_settings(settings), set_secrets(settings)
    logger.setLevel(logging.INFO)
    text = " ".join(f"{name}={value!r}" for name, value in told.items())
    facts = {"settings": told, "secrets_set": secrets}
    logger.info("settings: %s; secrets that are set: %s", text, ", ".join(secrets), extra={"facts": facts})


def shown_settings(settings: Settings) -> dict[str, Any]:
    """Return each setting that is no secret by its name."""
    hidden = secrets_of(Settings)
    return {
        name.upper(): _shown(getattr(settings, name)) for name in Settings.model_fields if name not in hidden
    }


def set_secrets(settings: Settings) -> list[str]:
    """Return the names of the secrets that have a value."""
    return [name.upper() for name in secrets_of(Settings) if getattr(settings, name)]


def _shown(value: Any) -> Any:
    match value:
        case None | bool() | int():
            return value
        case timedelta():
            return f"{value.total_seconds():g}s"
        case list():
            return [_shown(part) for part in value]
    return visible(without_account(str(value)))
