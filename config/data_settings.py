"""Settings of data that others read or give: the API and OS2mo."""

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from config.incoming_settings import LOOPBACK


class DataSettings(BaseSettings):
    """The part of `config.settings.Settings` about programs that read, and about OS2mo."""

    api_per_minute: int = Field(
        default=600, ge=1, description="How many requests a minute one token may make to the API."
    )
    os2mo_url: str = Field(
        default="",
        description="Address of OS2mo's GraphQL, with its version (https://mo.kommune.dk/graphql/v25): units "
        "and managers are fetched from there each morning after 04:15. Empty: not at all.",
    )
    os2mo_token_url: str = Field(
        default="", description="Where a token for OS2mo is had by client credentials (its Keycloak)."
    )
    os2mo_client_id: str = Field(default="", description="Name of the client that reads OS2mo.")
    os2mo_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Its secret, or AARSHJUL_OS2MO_CLIENT_SECRET_FILE."
    )
    os2mo_root: str = Field(
        default="", description="UUID of the unit in OS2mo that the municipality's units here lie below."
    )
    os2mo_municipality: str = Field(
        default="", max_length=64, description="Id of the municipality here that OS2mo's root is."
    )
    os2mo_heads: str = Field(
        default="",
        description="Types of managers in OS2mo that hold a unit's post, with commas between. Empty: all.",
    )
    os2mo_unasked: int = Field(
        default=0,
        ge=0,
        description="Up to so many changes from OS2mo are applied without being asked for; 0: none. What "
        "closes or ends much, or has to be decided, always waits for somebody.",
    )

    keep_technical_days: int = Field(
        default=90,
        ge=14,
        description="So long ended tokens, runs, self-checks and the health of unused addresses are kept. "
        "Prefect keeps its own record of runs for 90 days.",
    )
    keep_mail_days: int = Field(
        default=730,
        ge=30,
        description="So long received mails are kept as they came. What was read in them stays.",
    )
    keep_name_days: int = Field(
        default=1826,
        ge=30,
        description="So long after somebody has left their last post the name is kept, and longer until what "
        "they wrote is journalised.",
    )
    anchor_file: Path | None = Field(
        default=None,
        description="File on another machine's disk to which the history's newest hash is added daily.",
    )
    anchor_to: str = Field(
        default="", description="Address outside this installation that is mailed that hash daily."
    )

    @property
    def reads_os2mo(self) -> bool:
        """Whether units and managers come from OS2mo."""
        return bool(self.os2mo_url)

    @field_validator("os2mo_url", "os2mo_token_url")
    @classmethod
    def _encrypted(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError(f"»{url}« er ikke en webadresse. Skriv fx https://mo.kommune.dk/graphql/v25.")
        if url and parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("Adressen skal begynde med https, for der hentes navne og sendes en nøgle.")
        return url

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = ("os2mo_token_url", "os2mo_client_id", "os2mo_root", "os2mo_municipality")
        missing = [f"AARSHJUL_{name.upper()}" for name in needed if not getattr(self, name)]
        if self.os2mo_url and missing:
            raise ValueError(f"OS2mo kan ikke hentes uden {', '.join(missing)}. Sæt dem også.")
        return self
