"""Settings of how people with an account sign in: the municipality's own login (OpenID Connect) and codes."""

from ipaddress import ip_network
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from config.incoming_settings import LOOPBACK
from cycle.access.claim_rules import ClaimRule, read_rules
from cycle.access.roles import Role


class SignInSettings(BaseSettings):
    """The part of `config.settings.Settings` about signing in."""

    oidc_issuer: str = Field(
        default="",
        description="Issuer of the municipality's own login (OpenID Connect), as its discovery document "
        "states it: https://login.microsoftonline.com/TENANT/v2.0, say. Empty: accounts of our own alone.",
    )
    oidc_client_id: str = Field(
        default="", validate_default=True, description="The client id that the login knows us by."
    )
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="The client's secret, or AARSHJUL_OIDC_CLIENT_SECRET_FILE."
    )
    oidc_scopes: str = Field(
        default="openid email profile", description="Scopes that are asked for, with blanks between them."
    )
    oidc_email_claim: str = Field(
        default="email",
        description="Claim that holds the person's e-mail address: preferred_username or upn where an Entra "
        "tenant gives no email.",
    )
    oidc_role_claim: str = Field(
        default="roles",
        description="Claim that holds the person's roles, text or a list: groups, or a path with dots.",
    )
    oidc_roles: str = Field(
        default="",
        description="What a value of that claim makes somebody here: VALUE = ROLE @ UNIT, several with "
        "semicolons between them. A * in the value stands for the unit: leder-* = superior @ *.",
    )

    two_step_roles: str = Field(
        default="",
        description="Roles whose accounts here need a code from an app besides the password, with commas "
        "between them: secretariat, operator. Whoever has no app is shown how at the next sign-in.",
    )

    trusted_proxies: str = Field(
        default="127.0.0.1, ::1",
        description="IP addresses or networks of the proxies in front, with commas between them. They alone "
        "are believed about whom a request came from (X-Forwarded-For), by which mailed codes are counted.",
    )

    signatures_need: Literal["link", "account"] = Field(
        default="link",
        description="What a signature needs: link, the personal link or a mailed code will do; account, the "
        "signer has to sign in with an account or the municipality's login.",
    )

    @field_validator("two_step_roles")
    @classmethod
    def _known_roles(cls, text: str) -> str:
        for name in _names(text):
            if name not in {role.value for role in Role}:
                raise ValueError(f"»{name}« er ingen rolle. Skriv fx secretariat, operator.")
        return text

    @field_validator("trusted_proxies")
    @classmethod
    def _known_proxies(cls, text: str) -> str:
        for name in _names(text):
            try:
                is_everybody = ip_network(name).prefixlen == 0
            except ValueError:
                raise ValueError(f"»{name}« er ingen IP-adresse. Skriv fx 10.0.0.5, 10.0.0.0/24.") from None
            if is_everybody:
                raise ValueError(f"»{name}« er alle i verden. Skriv kun de proxyer, der står foran siderne.")
        return text

    @field_validator("oidc_issuer")
    @classmethod
    def _safe_issuer(cls, url: str) -> str:
        parts = urlsplit(url)
        local = parts.scheme == "http" and parts.hostname in LOOPBACK
        if url and (not parts.hostname or (parts.scheme != "https" and not local)):
            raise ValueError(f"»{url}« er ikke en https-adresse. Skriv den, som loginløsningen selv oplyser.")
        return url

    @field_validator("oidc_client_id")
    @classmethod
    def _both_or_none(cls, name: str, others: ValidationInfo) -> str:
        if bool(name) != bool(others.data.get("oidc_issuer", name)):
            raise ValueError(
                "Kommunens login skal have både AARSHJUL_OIDC_ISSUER og AARSHJUL_OIDC_CLIENT_ID."
            )
        return name

    @field_validator("oidc_roles")
    @classmethod
    def _readable_rules(cls, text: str) -> str:
        read_rules(text)
        return text

    @property
    def oidc_rules(self) -> tuple[ClaimRule, ...]:
        """`oidc_roles`, read."""
        return read_rules(self.oidc_roles)

    @property
    def proxies(self) -> list[str]:
        """`trusted_proxies`, read."""
        return _names(self.trusted_proxies)

    @property
    def two_step_for(self) -> frozenset[Role]:
        """`two_step_roles`, read."""
        return frozenset(Role(name) for name in _names(self.two_step_roles))

    @property
    def has_oidc(self) -> bool:
        """Whether the municipality's own login can be used."""
        return bool(self.oidc_issuer)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
