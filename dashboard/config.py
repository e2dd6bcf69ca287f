"""Every setting: its variable, default, meaning and check."""

import hashlib
import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from dashboard.durations import duration
from models.location import location
from models.zones import zone_names

PREFIX = "GATEHOUSE_"
ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"


class ConfigError(Exception):
    """A setting is missing or wrong; the text names the variable and says why."""


def _database_url(text: str) -> str:
    """Check the address and choose PyMySQL as the driver."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("is not a database address") from None
    backend = url.get_backend_name()
    if backend not in ("sqlite", "mysql", "mariadb"):
        raise ValueError("must begin with sqlite:///, mysql:// or mariadb://")
    if url.database in (None, "", ":memory:"):  # one in memory would be another for each thread
        raise ValueError("names no database")
    if backend != "sqlite":
        url = url.set(drivername=f"{backend}+pymysql")
    return url.render_as_string(hide_password=False)


def _redis_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname or parts.port == 0:
        raise ValueError("must be an address like redis://host:6379/0")
    return text


def _origin(text: str) -> str:
    """Return ``scheme://host[:port]`` of an http(s) address, lower case, no default port."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ValueError("must be an address like https://gate.example.org")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, default) else "")


def _zone(name: str) -> str:
    if name not in zone_names():
        raise ValueError("is not an IANA time zone such as Europe/Berlin")
    return name


def _commas(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(duration)]
Origin = Annotated[str, AfterValidator(_origin)]


class Settings(BaseSettings):
    """The configuration, read from ``GATEHOUSE_*`` variables and a ``.env`` file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    database_url: Annotated[str, AfterValidator(_database_url)] | None = Field(
        None,
        repr=False,
        description="Database address: sqlite:///…, mariadb://… or mysql://… (default: SQLite in instance/)",
    )
    secret_key: str | None = Field(
        None,
        repr=False,
        description="At least 32 bytes; required in production, else generated into instance/",
    )
    public_url: Origin | None = Field(None, description="Address users see (default: http://127.0.0.1:PORT)")
    redis_url: Annotated[str, AfterValidator(_redis_url)] | None = Field(
        None, repr=False, description="Redis for several workers: redis://host:6379/0"
    )
    trusted_proxies: int = Field(0, ge=0, le=10, description="How many proxies stand in front")
    allowed_origins: Annotated[list[Origin], NoDecode, BeforeValidator(_commas)] = Field(
        [], description="Further origins that may open the live feed, separated by commas"
    )
    max_viewers: int = Field(200, ge=1, le=900, description="Live viewers at once, each worker")
    registration: Literal["open", "closed"] = Field("open", description="Whether strangers may register")
    session_idle: Duration = Field(timedelta(minutes=30), description="A session ends after this long unused")
    session_max: Duration = Field(
        timedelta(hours=12), description="A session ends after this long in any case"
    )
    spool: Path | None = Field(
        None,
        description="File for attempts that were not recorded (default: one per database in instance/)",
    )
    checkpoint_dir: Path | None = Field(
        None, description="Folder of the hourly checkpoints (default: checkpoints in instance/)"
    )
    checkpoint_key: Path | None = Field(
        None, description="File of the key that signs checkpoints (default: checkpoint_key in instance/)"
    )
    retention: Duration | None = Field(
        None, description="Entries older than this are pruned daily (default: never)"
    )
    metrics_token: str | None = Field(
        None,
        repr=False,
        description="Token with which monitoring sees causes and counts (default: loopback only)",
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
        """Origins whose pages may open the live feed; localhost beside the default address."""
        local = [] if self.public_url else [f"http://localhost:{self.port}"]
        return [self.address, *local, *self.allowed_origins]

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
    except (UnicodeDecodeError, OSError) as error:
        raise ConfigError(f".env cannot be read: {error}") from None
    return settings.model_copy(update={"secret_key": _secret_key(settings)})


def _sentence(problem: Any) -> str:
    """Name the variable and say why; addresses and keys may hold secrets and are not shown."""
    field = str(problem["loc"][0])
    shown = (
        ""
        if field in ("database_url", "redis_url", "secret_key", "metrics_token")
        else f" (got {problem['input']!r})"
    )
    why = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{PREFIX}{field.upper()} {why[0].lower()}{why[1:]}{shown}"


def _secret_key(settings: Settings) -> str:
    if settings.secret_key is None:
        if settings.is_production:
            raise ConfigError(
                f"{PREFIX}SECRET_KEY is required in production: set it to 32 random bytes or more"
            )
        return _generated_key(INSTANCE / "secret_key")
    if len(settings.secret_key.encode()) < 32:
        raise ConfigError(f"{PREFIX}SECRET_KEY is shorter than 32 bytes")
    return settings.secret_key


def _generated_key(path: Path) -> str:
    """Return the key kept in ``path``, made on first use, readable by its owner only."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            _make_key(path)
        return path.read_text()
    except OSError as error:
        raise ConfigError(f"{PREFIX}SECRET_KEY is not set and cannot be kept in {path}: {error}") from None


def _make_key(path: Path) -> None:
    """Make the file whole or not at all: another process may read it at once."""
    with NamedTemporaryFile("w", dir=path.parent) as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        with suppress(FileExistsError):
            os.link(file.name, path)
