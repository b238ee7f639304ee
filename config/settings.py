"""Settings of one installation: environment variables `AARSHJUL_…`, one per field below.

Those that may be secrets can be given as a file instead, see `config.secret_settings`.
"""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.data_settings import DataSettings
from config.incoming_settings import LOOPBACK, IncomingSettings
from config.look_settings import LookSettings
from config.mail_settings import MailSettings
from config.misspelt import misspelt
from config.secret_file import read_or_make_secret
from config.secret_settings import PREFIX, SecretFiles
from config.sentences import sentence
from config.sign_in_settings import SignInSettings
from config.watch_settings import WatchSettings
from cycle.errors import PlanInvalid, Problem
from cycle.plan.kle import Kle


class Settings(MailSettings, IncomingSettings, WatchSettings, SignInSettings, LookSettings, DataSettings):
    """What an installation is told from outside. Nothing here changes while it runs."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    data_dir: Path = Field(
        default=Path("data"),
        description="Folder for everything this installation writes: the SQLite store, secret.key, the "
        "Prefect server's own files. Back this folder up.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy address of the store: sqlite:///… or postgresql+psycopg://user:pass@host/db. "
        "Empty: aarshjul.db in data_dir.",
    )
    base_url: str = Field(
        default="",
        description="Address people reach the pages on; links in mails start with it. Empty: "
        "http://bind:port. Must be https unless it is this machine's own loopback address.",
    )
    bind: str = Field(
        default="127.0.0.1",
        description="IP address the web server listens on. Another address than loopback needs base_url "
        "with https, that is, a proxy in front.",
    )
    port: int = Field(default=8321, ge=1, le=65535, description="Port the web server listens on.")
    mail_from: str = Field(
        default="Årshjulet <aarshjul@localhost>",
        description="Sender of all mail: an address, or a name and an address in <>.",
    )
    contact: str = Field(
        default="",
        description="Address that mails name for questions, usually the secretariat's. Empty: the sender's.",
    )
    kle: Kle = Field(
        default="",
        description="Subject in KL Emnesystematik (00.00.00) of documents where the plan names none.",
    )
    case_number: str = Field(
        default="",
        max_length=60,
        description="Case in the records system (ESDH) of documents where the plan names none.",
    )
    unfiled_days: int = Field(
        default=30,
        ge=0,
        description="After so many days `doctor` names documents that are not filed; 0 for never.",
    )
    demo: bool = Field(
        default=False,
        description="Whether everything here is invented: mails then say so. `aarshjul demo` sets it.",
    )
    timezone: str = Field(
        default="Europe/Copenhagen", description="Time zone of all local dates and of the send window."
    )
    language: Literal["da", "en"] = Field(
        default="da", description="Language of pages and mails for people who have not chosen one."
    )
    workers: int = Field(
        default=2, ge=1, le=16, description="Runs that one worker process carries out at the same time."
    )
    prefect_port: int = Field(
        default=4200,
        ge=0,
        le=65535,
        description="Port of the Prefect server that `serve` starts, on this machine only. 0, or a port that "
        "is taken: a free one.",
    )
    prefect_api_url: str = Field(
        default="",
        description="Address of a Prefect server of your own (http://host:4200/api), shared by several "
        "workers. Empty: the one that `serve` starts.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Key that links and reply addresses are derived from, at least 32 characters, the same "
        "on every machine, or AARSHJUL_SECRET_KEY_FILE. Empty: secret.key in data_dir, made at first start.",
    )
    seal_pkcs12: Path | None = Field(
        default=None,
        description="PKCS#12 file (.p12, .pfx) with the key and certificate that finished agreements are "
        "sealed with. Empty, and no seal_pkcs11_module: a key of our own in data_dir/seal, made when needed.",
    )
    seal_pkcs12_password: SecretStr = Field(
        default=SecretStr(""),
        description="Password of the PKCS#12 file, or AARSHJUL_SEAL_PKCS12_PASSWORD_FILE.",
    )
    seal_pkcs11_module: Path | None = Field(
        default=None,
        description="Driver (.so) of the device that holds the seal's key, by PKCS#11.",
    )
    seal_pkcs11_slot: int | None = Field(
        default=None, ge=0, description="Slot of the device. Empty: the first with a token."
    )
    seal_pkcs11_label: str = Field(
        default="", description="Label of the certificate and its key on the device."
    )
    seal_pkcs11_pin: SecretStr = Field(
        default=SecretStr(""), description="PIN of the device, or AARSHJUL_SEAL_PKCS11_PIN_FILE."
    )
    seal_tsa_url: str = Field(
        default="",
        description="Address of a time-stamping authority (RFC 3161) that says when a document was sealed "
        "(PAdES B-T). Empty: the seal states the time itself, and no network is used.",
    )
    seal_long_term: bool = Field(
        default=False,
        description="Whether the proof that the certificates were good is sealed in too (PAdES B-LTA). Needs "
        "seal_tsa_url, and at sealing the certificates' own servers (OCSP, CRL).",
    )
    seal_trust: Path | None = Field(
        default=None,
        description="PEM file of further certificates. An earlier key's or another machine's: seals count "
        "as ours. An authority's: believed about certificates and about the time.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the files named in it."""
        return init_settings, env_settings, SecretFiles(settings_cls)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"Tidszonen »{name}« findes ikke. Skriv fx Europe/Copenhagen.") from error
        return name

    @field_validator("base_url")
    @classmethod
    def _safe_address(cls, url: str) -> str:
        if not url:
            return url
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"»{url}« er ikke en webadresse. Skriv fx https://aarshjul.kommune.dk.")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("Adressen skal begynde med https, for links giver adgang uden adgangskode.")
        return url.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_store(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("Adressen skal begynde med sqlite:/// eller postgresql+psycopg://.")
        return url

    @field_validator("mail_from", "contact", "reply_domain", "received_by", "selfcheck_to", "anchor_to")
    @classmethod
    def _one_line(cls, text: str) -> str:
        if any(ord(sign) < 32 for sign in text):
            raise ValueError("Linjeskift og styretegn kan ikke bruges her.")
        return text.strip()

    @field_validator("seal_pkcs11_module")
    @classmethod
    def _one_key(cls, module: Path | None, others: ValidationInfo) -> Path | None:
        if module is not None and others.data.get("seal_pkcs12") is not None:
            raise ValueError("Seglets nøgle er også givet som PKCS#12. Behold kun den ene.")
        return module

    @field_validator("seal_long_term")
    @classmethod
    def _has_authority(cls, wanted: bool, others: ValidationInfo) -> bool:
        if wanted and not others.data.get("seal_tsa_url"):
            raise ValueError("Langtidssikring kræver en tidsstempling. Sæt også AARSHJUL_SEAL_TSA_URL.")
        return wanted

    @model_validator(mode="after")
    def _derive(self) -> Self:
        if self.bind not in LOOPBACK and not self.base_url.startswith("https://"):
            raise ValueError(
                f"Serveren vil lytte på {self.bind}, som andre maskiner kan nå. Sæt AARSHJUL_BASE_URL til "
                "den https-adresse, brugerne skal bruge, og sæt en proxy foran."
            )
        host = f"[{self.bind}]" if ":" in self.bind else self.bind
        object.__setattr__(self, "base_url", self.base_url or f"http://{host}:{self.port}")
        store = f"sqlite:///{self.data_dir.absolute() / 'aarshjul.db'}"
        object.__setattr__(self, "database_url", self.database_url or store)
        return self

    @cached_property
    def secret(self) -> bytes:
        """The key of all derived links. Made at first use; raises PlanInvalid when the file is unsafe."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        return read_or_make_secret(self.data_dir / "secret.key")

    @property
    def templates_dir(self) -> Path:
        """Where the municipality's own templates of documents lie, if it has any."""
        return self.data_dir / "templates"

    @property
    def zone(self) -> ZoneInfo:
        """`timezone` as an object."""
        return ZoneInfo(self.timezone)


def load_settings(**given: Any) -> Settings:
    """Settings from `given`, else the environment. Raises PlanInvalid with every wrong value."""
    problems = misspelt(os.environ, Settings.model_fields)
    try:
        settings = Settings(**given)
    except ValidationError as error:
        problems += [_problem(dict(detail)) for detail in error.errors()]
    if problems:
        raise PlanInvalid(problems)
    return settings


def _problem(detail: dict[str, Any]) -> Problem:
    field = str(detail["loc"][0]) if detail["loc"] else ""
    where = f"{PREFIX}{field.upper()}" if field else f"{PREFIX}BIND"
    what, cure = sentence(detail)
    return Problem(where, what, cure)
