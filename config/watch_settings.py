"""Settings of who is told when the engine hangs, and of the sign of life it gives."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from config.incoming_settings import Security


class WatchSettings(BaseSettings):
    """The part of `config.settings.Settings` about the self-check and the heartbeat."""

    selfcheck_to: str = Field(
        default="",
        description="Address that the daily self-check writes to, past the outbox, when something hangs. "
        "Empty: it is shown on its page alone.",
    )
    selfcheck_smtp_host: str = Field(
        default="",
        description="Second mail server for the self-check alone, without login, so that it is heard when "
        "the first one is what fails. Empty: the same one.",
    )
    selfcheck_smtp_port: int = Field(default=25, ge=1, le=65535, description="Port of that mail server.")
    selfcheck_smtp_security: Security = Field(
        default="none", description="starttls, tls or none, at that mail server."
    )
    selfcheck_webhook: str = Field(
        default="",
        description="Web address that the self-check's report is posted to as JSON: counts and ids only.",
    )
    selfcheck_all_well: Literal["daily", "weekly", "never"] = Field(
        default="weekly",
        description="How often the self-check also says that all is well, so that silence is noticed; weekly "
        "is on Mondays.",
    )
    heartbeat_url: str = Field(
        default="",
        description="Web address that is fetched after a turn of the clock without error, at most once a "
        "minute; a service that misses it raises the alarm (dead man's switch).",
    )

    @field_validator("selfcheck_webhook", "heartbeat_url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError(f"»{url}« er ikke en webadresse. Skriv fx https://aarshjul.kommune.dk.")
        return url
