"""Variables beside those of the settings: files that hold secrets, and names that mean nothing here."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

#: Bytes of a file that holds a secret; what is longer is some other file.
LONGEST_SECRET = 64 * 1024
_FILE = "_file"


class BadFile(Exception):
    """A secret does not stand in one place that can be read; the text names the variable and says why."""


class SecretFiles(PydanticBaseSettingsSource):
    """Reads the value of a secret ``NAME`` from the file that ``NAME_FILE`` names, as Docker secrets do.

    Fields that are not shown (``repr=False``) are secrets. Raises ``BadFile`` when both
    variables are set or the file cannot be read.
    """

    def __init__(self, settings: type[BaseSettings], *sources: PydanticBaseSettingsSource) -> None:
        super().__init__(settings)
        self._prefix, self._given = str(settings.model_config["env_prefix"]).lower(), given(*sources)

    def __call__(self) -> dict[str, Any]:
        """Return the secrets that stand in files."""
        return {name: value for name in secrets_of(self.settings_cls) if (value := self._read(name))}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the value of one field."""
        return self._read(field_name), field_name, False

    def _read(self, name: str) -> str | None:
        variable = self._prefix + name
        file = self._given.get(variable + _FILE)
        if file is None:
            return None
        if variable in self._given:
            raise BadFile(f"{variable.upper()} and {variable.upper()}_FILE are both set: remove one")
        return _content(f"{variable}{_FILE}".upper(), Path(file))


def secrets_of(settings: type[BaseSettings]) -> list[str]:
    """Return the fields whose value is never shown and may stand in a file."""
    return [name for name, field in settings.model_fields.items() if not field.repr]


def given(*sources: PydanticBaseSettingsSource) -> dict[str, str | None]:
    """Return all variables by their names in lower case; an earlier source wins."""
    variables: dict[str, str | None] = {}
    for source in sources:
        if isinstance(source, EnvSettingsSource):
            variables = {**source.env_vars, **variables}
    return variables


def unknown(settings: type[BaseSettings], variables: Mapping[str, str | None]) -> Iterator[str]:
    """Yield a sentence for each variable with our prefix that is no setting, with the nearest that is one."""
    prefix = str(settings.model_config["env_prefix"]).lower()
    known = [*settings.model_fields, *(name + _FILE for name in secrets_of(settings))]
    for name in sorted(variables):
        own = name.removeprefix(prefix)
        if name.startswith(prefix) and own not in known:
            nearest = max(known, key=partial(_likeness, own))
            yield f"{name.upper()} is no setting and has no effect: is {(prefix + nearest).upper()} meant?"


def _likeness(first: str, second: str) -> float:
    return SequenceMatcher(None, first, second).ratio()


def _content(variable: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(LONGEST_SECRET + 1).decode()
    except UnicodeDecodeError:
        raise BadFile(f"{variable} names a file that is no UTF-8 text: {path}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadFile(f"{variable} names a file that cannot be read: {reason}: {path}") from None
    if not text.strip() or len(text) > LONGEST_SECRET:
        raise BadFile(f"{variable} names a file that is {'too long' if text.strip() else 'empty'}: {path}")
    return text.removesuffix("\n").removesuffix("\r")
