"""Settings of data that others read or give: the API."""

from pydantic import Field
from pydantic_settings import BaseSettings


class DataSettings(BaseSettings):
    """The part of `config.settings.Settings` about programs that read."""

    api_per_minute: int = Field(
        default=600, ge=1, description="How many requests a minute one token may make to the API."
    )
