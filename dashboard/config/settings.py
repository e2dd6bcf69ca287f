"""Every setting: its variable, default, meaning and check."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)
from pydantic_settings import PydanticBaseSettingsSource as Source

from auth.factors.breached import check_list
from dashboard.config.addresses import database_address, origin, redis_address, without_account
from dashboard.config.durations import duration
from dashboard.config.environment import BadFile, SecretFiles, given, secrets_of, unknown
from dashboard.config.instance import kept_key
from dashboard.config.monitoring import MonitoringSettings
from dashboard.config.outgoing import OutgoingSettings
from models.database.location import location
from models.zones import zone_names

PREFIX = "GATEHOUSE_"
ROOT = Path(__file__).resolve().parents[2]
INSTANCE = ROOT / "instance"


class ConfigError(Exception):
    """A setting is missing or wrong; the text names the variable and says why."""


def _zone(name: str) -> str:
    if name not in zone_names():
        raise ValueError("is not an IANA time zone such as Europe/Berlin")
    return name


def _commas(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(duration)]
Origin = Annotated[str, AfterValidator(origin)]


class Settings(MonitoringSettings, OutgoingSettings):
    """The configuration, read from ``GATEHOUSE_*`` variables and a ``.env`` file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8-sig",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    database_url: Annotated[str, AfterValidator(database_address)] | None = Field(
        None,
        repr=False,
        description="Database address: sqlite:///…, mariadb://… or mysql://… (default: SQLite in instance/)",
    )
    secret_key: str | None = Field(
        None, repr=False, description="32 bytes or more; required in production, else made in instance/"
    )
    secret_key_fallbacks: Annotated[list[str], NoDecode, BeforeValidator(_commas)] = Field(
        [], repr=False, description="Earlier SECRET_KEYs, separated by commas: what they made stays valid"
    )
    breached_passwords: Annotated[Path, AfterValidator(check_list)] | None = Field(
        None, description="File of passwords that nobody may choose: plain, or sorted SHA-1 hashes"
    )
    public_url: Origin | None = Field(None, description="Address users see (default: http://127.0.0.1:PORT)")
    redis_url: Annotated[str, AfterValidator(redis_address)] | None = Field(
        None, repr=False, description="Redis, for several workers: redis://host:6379/0"
    )
    trusted_proxies: int = Field(0, ge=0, le=10, description="How many proxies stand in front")
    allowed_origins: Annotated[list[Origin], NoDecode, BeforeValidator(_commas)] = Field(
        [], description="Further origins that may open the live feed, separated by commas"
    )
    max_viewers: int = Field(200, ge=1, le=900, description="Live viewers at once, each worker")
    registration: Literal["open", "closed"] = Field("open", description="Whether strangers may register")
    session_idle: Duration = Field(timedelta(minutes=30), description="A session ends after this long unused")
    session_max: Duration = Field(timedelta(hours=12), description="A session ends then in any case")
    spool: Path | None = Field(
        None, description="File for attempts not recorded (default: one per database in instance/)"
    )
    checkpoint_dir: Path | None = Field(None, description="Folder of checkpoints (default: in instance/)")
    checkpoint_key: Path | None = Field(
        None, description="File of the key that signs checkpoints (default: checkpoint_key in instance/)"
    )
    retention: Duration | None = Field(
        None, description="Entries older than this are pruned daily (default: never)"
    )
    retention_addresses: Duration | None = Field(
        None,
        description="Addresses and agents older than this are blanked, while names stay (default: never)",
    )
    locale: Literal["en", "zh"] = Field(
        "en", description="Language when the browser asks for none we have: en or zh"
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "UTC", description="Time zone of viewers whose own is not known"
    )

    grace: Duration = Field(
        timedelta(seconds=30), description="Requests under way may take this long when the server stops"
    )
    host: str = Field("127.0.0.1", description="Address to serve on")
    port: int = Field(8000, ge=1, le=65535, description="Port to serve on")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: Source, *read: Source, **named: Source
    ) -> tuple[Source, ...]:
        """Let the files of secrets follow what the caller says."""
        variables = (*read, *named.values())
        return init_settings, SecretFiles(settings_cls, *variables), *variables

    @field_validator("*", mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        """Refuse what cannot be meant in any setting; spaces around a value mean nothing."""
        if not isinstance(value, str):
            return value
        if not value.strip():
            raise ValueError("is blank")
        if "\0" in value:
            raise ValueError("holds a NUL character")
        return value.strip()

    @property
    def database(self) -> str:
        """The database address, by default SQLite in ``instance/``."""
        return self.database_url or f"sqlite:///{INSTANCE / 'gatehouse.db'}"

    @property
    def spool_file(self) -> Path:
        """Where refused attempts wait for the database; each database has its own."""
        name = hashlib.sha256(self.database_location.encode()).hexdigest()[:12]
        return self.spool or INSTANCE / f"spool-{name}.jsonl"

    @property
    def spool_folders(self) -> list[Path]:
        """Where attempts may wait that were kept under other settings."""
        return [self.spool_file.parent, INSTANCE]

    @property
    def database_location(self) -> str:
        """Which database it is, whatever the account and password."""
        return location(self.database)

    @property
    def checkpoint_folder(self) -> Path:
        """Where checkpoints are kept; the key that signs them never lies there."""
        return self.checkpoint_dir or INSTANCE / "checkpoints"

    @property
    def checkpoint_key_file(self) -> Path:
        """The file of the key that signs checkpoints, by default beside the generated secret key."""
        return self.checkpoint_key or INSTANCE / "checkpoint_key"

    @property
    def address(self) -> str:
        """The origin under which users see the site."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def origins(self) -> list[str]:
        """Origins whose pages may open the live feed."""
        return [*self.own_origins, *self.allowed_origins]

    @property
    def own_origins(self) -> list[str]:
        """Origins of our own pages; localhost beside the default address."""
        return [self.address, *([] if self.public_url else [f"http://localhost:{self.port}"])]

    @property
    def is_secure(self) -> bool:
        """Whether users come over https."""
        return self.address.startswith("https://")

    @property
    def is_production(self) -> bool:
        """Whether a database was chosen or strangers can connect."""
        return self.database_url is not None or self.host not in ("127.0.0.1", "localhost", "::1")


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; keyword arguments win over the environment, that over ``.env``.

    Raises ``ConfigError`` naming the variable that is wrong or missing.
    """
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise ConfigError("; ".join(_sentence(problem) for problem in error.errors())) from None
    except BadFile as error:
        raise ConfigError(str(error)) from None
    except (UnicodeDecodeError, OSError) as error:
        raise ConfigError(f".env cannot be read: {error}") from None
    if settings.mail_url and not settings.mail_from:
        raise ConfigError(
            f"{PREFIX}MAIL_FROM is required beside {PREFIX}MAIL_URL: an address, or Name <address>"
        )
    return settings.model_copy(update={"secret_key": _secret_key(settings)})


def unknown_variables() -> list[str]:
    """Return a sentence for each variable with our prefix that is no setting.

    None when ``.env`` cannot be read: `load_settings` tells that.
    """
    try:
        return list(unknown(Settings, given(EnvSettingsSource(Settings), DotEnvSettingsSource(Settings))))
    except (UnicodeDecodeError, OSError):
        return []


def _sentence(problem: Any) -> str:
    """Name the variable and say why; addresses and keys may hold secrets and are not shown."""
    field = str(problem["loc"][0])
    shown = "" if field in secrets_of(Settings) else f" (got {without_account(repr(problem['input']))})"
    why = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{PREFIX}{field.upper()} {why[0].lower()}{why[1:]}{shown}"


def _secret_key(settings: Settings) -> str:
    if settings.secret_key is None:
        if settings.is_production:
            raise ConfigError(
                f"{PREFIX}SECRET_KEY is required in production: set it to 32 random bytes or more"
            )
        return _generated_key(INSTANCE / "secret_key")
    if any(len(key.encode("utf-8", "surrogatepass")) < 32 for key in settings.secret_key_fallbacks):
        raise ConfigError(f"{PREFIX}SECRET_KEY_FALLBACKS holds one that is shorter than 32 bytes")
    if len(settings.secret_key.encode("utf-8", "surrogatepass")) < 32:
        raise ConfigError(f"{PREFIX}SECRET_KEY is shorter than 32 bytes")
    return settings.secret_key


def _generated_key(path: Path) -> str:
    try:
        return kept_key(path)
    except OSError as error:
        raise ConfigError(f"{PREFIX}SECRET_KEY is not set and cannot be kept in {path}: {error}") from None
