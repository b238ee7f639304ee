"""Settings that are secrets may be given as files: `AARSHJUL_SMTP_PASSWORD_FILE=/run/secrets/smtp`."""

import os
from pathlib import Path
from typing import Any

from pydantic_settings import PydanticBaseSettingsSource

from cycle.danish import file_fault
from cycle.errors import PlanInvalid, Problem

PREFIX = "AARSHJUL_"
FROM_FILE = (
    "secret_key",
    "smtp_password",
    "imap_password",
    "database_url",
    "seal_pkcs12_password",
    "seal_pkcs11_pin",
    "oidc_client_secret",
    "selfcheck_webhook",
    "heartbeat_url",
    "os2mo_client_secret",
)


class SecretFiles(PydanticBaseSettingsSource):
    """Reads `AARSHJUL_X_FILE` for the settings that may be secrets."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file, without the line end. Raises PlanInvalid when it cannot be read."""
        name = f"{PREFIX}{field_name.upper()}"
        path = os.environ.get(f"{name}_FILE")
        if field_name not in FROM_FILE or not path:
            return None, field_name, False
        if os.environ.get(name):
            raise PlanInvalid([Problem(f"{name}_FILE", f"{name} er også sat.", "Behold kun den ene.")])
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise PlanInvalid(
                [
                    Problem(
                        f"{name}_FILE",
                        f"Filen {path} kan ikke læses: {file_fault(error)}.",
                        "Ret sti eller rettigheder.",
                    )
                ]
            ) from error

    def __call__(self) -> dict[str, Any]:
        """Every setting that is given as a file."""
        found = {name: self.get_field_value(None, name)[0] for name in FROM_FILE}
        return {name: value for name, value in found.items() if value is not None}
