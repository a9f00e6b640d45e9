"""Every setting of the application: its name, its default and one line of meaning.

Values come, each overriding the one before, from the defaults below, from `instance/settings.toml`, from environment
variables with the prefix `DIAGNOSTICS_`, and from what a test passes to `create_app`.
"""

import os
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from analysis.execution import Execution

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "DIAGNOSTICS_"


class SettingsError(Exception):
    """A setting has a value that the application cannot use; the message names it and says what is accepted."""


class Settings(BaseSettings):
    """The settings, checked once at the start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    instance_path: Path = Field(ROOT / "instance", description="Folder of the database, the documents and the secrets.")
    database_url: str = Field("", description="SQLAlchemy URL; empty means SQLite in the instance folder.")
    secret_key: SecretStr = Field(SecretStr(""), description="Signs cookies; empty means one made and kept in the instance folder.")
    public_url: str = Field("http://127.0.0.1:8000", description="Address printed in e-mails and links.")
    secure_cookies: bool = Field(default=False, description="Send cookies over HTTPS only; set it in production.")
    session_hours: int = Field(20, ge=1, le=72, description="Longest life of a signed-in session, in hours.")
    admin_idle_minutes: int = Field(
        30, ge=5, le=240, description="An administrator's session ends after this idle time, in minutes."
    )
    invitation_hours: int = Field(48, ge=1, le=336, description="Life of an invitation or a password reset link, in hours.")
    firm_link_days: int = Field(30, ge=1, le=365, description="Life of the link to a firm's own room, in days.")
    mail_server: str = Field("", description="SMTP host; empty keeps messages in the outbox, where an administrator reads them.")
    mail_port: int = Field(25, ge=1, le=65535, description="SMTP port.")
    mail_sender: str = Field("diagnostics@exemple.invalid", description="Sender of the messages.")
    mail_username: str = Field("", description="SMTP account, if the server asks for one.")
    mail_password: SecretStr = Field(SecretStr(""), description="SMTP password.")
    mail_starttls: bool = Field(default=True, description="Encrypt the connection to the SMTP server.")
    upload_megabytes: int = Field(50, ge=1, le=200, description="Largest file that may be uploaded, in MB.")
    form_megabytes: int = Field(2, ge=1, le=16, description="Largest text that one form may carry, in MB.")
    rate_limits: bool = Field(default=True, description="Refuse floods of requests (429) on sign-in and upload pages.")
    log_format: Literal["json", "console"] = Field("console", description="Shape of the log lines.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe log line kept.")
    questionnaire_version: str = Field("2026-1", description="Catalogue version that new dossiers are opened with.")
    paradata_days: int = Field(730, ge=0, le=3650, description="Days that paradata of the filling are kept; 0 records none.")
    paradata_seconds: float = Field(
        5.0, ge=0, le=60, description="Paradata are written in batches, after so many seconds; 0 writes each at once."
    )
    offline_days: int = Field(14, ge=1, le=90, description="Days that a dossier taken along stays readable on a device.")
    operation_days: int = Field(180, ge=30, le=3650, description="Days that the names of operations already taken are kept.")
    publication_threshold: int = Field(5, ge=3, le=50, description="Fewest respondents behind a published figure.")
    analysis_execution: str = Field(
        "sequential",
        description="Where the heavy parts of an edition run, to the same result: sequential, processes, processes:4 or dask:tcp://host:8786.",
    )

    @field_validator("analysis_execution")
    @classmethod
    def _known_execution(cls, value: str) -> str:
        Execution.parse(value)
        return value

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL, with the default filled in."""
        return self.database_url or f"sqlite+pysqlite:///{self.instance_path / 'diagnostics.sqlite3'}"

    @property
    def documents_path(self) -> Path:
        """Folder of the stored PDFs."""
        return self.instance_path / "documents"


def load_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Reads the settings from the instance file, the environment and `overrides`.

    Raises `SettingsError` with a readable message when a name is unknown or a value cannot be used.
    """
    given = dict(overrides or {})
    folder = Path(given.get("instance_path") or os.environ.get(f"{PREFIX}INSTANCE_PATH") or ROOT / "instance").resolve()
    try:
        from_file = _instance_file(folder)
        in_environment = {name for name in Settings.model_fields if f"{PREFIX}{name.upper()}" in os.environ}
        merged = {name: value for name, value in from_file.items() if name not in in_environment} | given
        settings = Settings(**(merged | {"instance_path": folder}))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        message = f"Réglages illisibles / unreadable settings ({folder / 'settings.toml'}, {PREFIX}*): {error}"
        raise SettingsError(message) from error
    if not settings.secret_key.get_secret_value():
        settings = settings.model_copy(update={"secret_key": SecretStr(_kept_secret(folder))})
    return settings


def _instance_file(folder: Path) -> dict[str, Any]:
    path = folder / "settings.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _kept_secret(folder: Path) -> str:
    """The secret made at the first start; two processes that start together agree on one.

    It is written apart and then linked into place, so that nobody ever reads half a secret.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret.key"
    if not path.exists():
        draft = folder / f".secret.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()
