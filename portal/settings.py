"""The settings of the portal: read once, from the environment.

Every setting is described in `docs/operations/settings.md`; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent


class MissingSettingError(Exception):
    """Raised when production lacks a setting that has no safe default."""


@dataclass(frozen=True)
class Settings:
    """What an operator may choose; names are upper-cased and prefixed `SANWEN_` in the environment."""

    # Where things are
    data_dir: Path = ROOT / "var"
    database_url: str = ""
    public_url: str = "http://127.0.0.1:8000"
    # Secrets
    secret_key: str = ""
    # Behaviour
    environment: str = "development"
    drain: str = "web"
    search_backend: str = "whoosh"
    file_store: str = "folder"
    s3_bucket: str = ""
    s3_endpoint: str = ""
    s3_prefix: str = ""
    websub_hub: str = ""
    websub_loopback: int = 0
    mail_backend: str = "folder"
    smtp_url: str = "smtp://127.0.0.1:25"
    mail_from: str = "sanwen@localhost"
    # What is published
    publisher_name: str = "Sanwen"
    publisher_name_en: str = ""
    contact_email: str = ""
    region: str = ""
    ocid_prefix: str = "ocds-demo00"
    licence_url: str = "https://creativecommons.org/licenses/by/4.0/"
    ledger_origin: str = "sanwen.example/ledger"
    # What is counted
    usage: str = "on"
    usage_months: int = 13
    # Limits
    form_bytes: int = 1_000_000
    upload_bytes: int = 20_000_000
    import_rows: int = 100_000
    import_bytes: int = 100_000_000
    trusted_proxies: int = 0
    api_limit: str = "1200 per minute"
    limit_storage: str = "memory://"
    # For tests only
    testing: bool = field(default=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings from `SANWEN_…` variables; what is not said has its default."""
        said: dict[str, object] = {}
        for name, default in cls.__dataclass_fields__.items():
            raw = environ.get(f"SANWEN_{name.upper()}")
            if raw is not None and name != "testing":
                said[name] = type(default.default)(raw) if isinstance(default.default, int) else raw
        if "data_dir" in said:
            said["data_dir"] = Path(str(said["data_dir"])).resolve()
        settings = cls(**said)  # type: ignore[arg-type]  # names and kinds come from the fields themselves
        if settings.environment == "production" and not settings.secret_key:
            raise MissingSettingError("SANWEN_SECRET_KEY")
        return settings

    @property
    def database(self) -> str:
        """Tell the database's address: a file in the data folder unless one is set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'portal.sqlite3'}"

    @property
    def is_development(self) -> bool:
        """Tell whether mail is shown on the console and cookies go over plain HTTP."""
        return self.environment != "production"
