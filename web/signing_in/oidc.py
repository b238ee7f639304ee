"""The municipality's own login, by OpenID Connect: authorization code with PKCE, state and nonce alone.

Authlib and joserfc are imported when somebody signs in this way: most installations' pages never need them.
Outgoing requests follow no redirect and last five seconds.
"""

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode

from fastapi import Request

from config.settings import Settings
from cycle.errors import NotFound
from web import context

SECONDS = 5.0
LEEWAY = 60
KEPT = 3600.0
LARGEST = 1 << 20
ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "EdDSA")
"""Signatures that are believed: by a key pair. Never none, nor one made with the client's secret."""


class LoginFailed(Exception):
    """The login cannot be reached, or what it says is not to be believed; the text is for the log."""


@dataclass(frozen=True)
class Errand:
    """What a browser carries to the login and back: proof that the answer is to its own question."""

    state: str
    nonce: str
    verifier: str
    onward: str


@dataclass
class Login:
    """One login and what it has published, read once an hour."""

    settings: Settings
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _facts: dict[str, Any] = field(default_factory=dict)
    _keys: dict[str, Any] = field(default_factory=dict)
    _until: float = 0.0

    def begin(self, redirect_uri: str, onward: str) -> tuple[str, Errand]:
        """Where to send the browser, and what it is to carry. Raises LoginFailed."""
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        errand = Errand(state, nonce, verifier, onward)
        asked = {
            "response_type": "code",
            "client_id": self.settings.oidc_client_id,
            "redirect_uri": redirect_uri,
            "scope": self.settings.oidc_scopes,
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": create_s256_code_challenge(errand.verifier),
            "code_challenge_method": "S256",
        }
        address = str(self._published()["authorization_endpoint"])
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", errand

    def finish(self, errand: Errand, answer: Mapping[str, str], redirect_uri: str) -> dict[str, Any]:
        """The claims of whoever signed in. Raises LoginFailed."""
        facts = self._published()
        stated = answer.get("iss")
        if stated != facts["issuer"] and (
            stated is not None or facts.get("authorization_response_iss_parameter_supported")
        ):
            raise LoginFailed("the answer is another issuer's")
        token = self._token(answer.get("code", ""), errand.verifier, redirect_uri)
        access = str(token.get("access_token", ""))
        claims = self._checked(str(token.get("id_token", "")), errand.nonce, access)
        return {**self._more(access, claims["sub"]), **claims}

    def leaving(self, back_to: str) -> str:
        """Where one signs out of the login itself; empty when it has no such place or cannot be reached."""
        try:
            address = self._published().get("end_session_endpoint")
        except LoginFailed:
            return ""
        asked = {"client_id": self.settings.oidc_client_id, "post_logout_redirect_uri": back_to}
        return f"{address}?{urlencode(asked)}" if address else ""

    def _published(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() >= self._until:
                issuer = self.settings.oidc_issuer
                facts = self._fetched("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                if facts.get("issuer") != issuer:
                    raise LoginFailed("the discovery document is another issuer's")
                needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
                if any(not facts.get(name) for name in needed):
                    raise LoginFailed("the discovery document lacks an endpoint")
                self._keys = self._fetched("GET", str(facts["jwks_uri"]))
                self._facts, self._until = facts, time.monotonic() + KEPT
            return self._facts

    def _token(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        client = (self.settings.oidc_client_id, self.settings.oidc_client_secret.get_secret_value())
        ways = self._facts.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in ways:
            return self._fetched(
                "POST", str(self._facts["token_endpoint"]), data=asked, auth=_encoded(client)
            )
        named = {**asked, "client_id": client[0], "client_secret": client[1]}
        return self._fetched("POST", str(self._facts["token_endpoint"]), data=named)

    def _checked(self, id_token: str, nonce: str, access_token: str) -> dict[str, Any]:
        """The ID token's claims, once signature, issuer, audience, time and nonce are right (3.1.3.7)."""
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        client = self.settings.oidc_client_id
        wanted = {
            "iss": {"essential": True, "value": self.settings.oidc_issuer},
            "aud": {"essential": True, "value": client},
        }
        known = {"nonce": nonce, "client_id": client, "access_token": access_token}
        try:
            read = self._decoded(id_token)
            claims = CodeIDToken(read.claims, read.header, wanted, known)
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError) as error:
            raise LoginFailed(f"the ID token is not to be believed: {type(error).__name__}") from error
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise LoginFailed("the ID token names nobody")
        return dict(claims)

    def _decoded(self, id_token: str) -> Any:
        """A key that is not known yet may be new: the keys are read once more, then it is wrong."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError
        from joserfc.jwk import KeySet

        try:
            return jwt.decode(id_token, KeySet.import_key_set(self._keys), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]  # published JSON
        except InvalidKeyIdError:
            self._keys = self._fetched("GET", str(self._facts["jwks_uri"]))
            return jwt.decode(id_token, KeySet.import_key_set(self._keys), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]  # as above

    def _more(self, access_token: str, subject: str) -> dict[str, Any]:
        """What the login tells beside the ID token, of the same person."""
        address = self._facts.get("userinfo_endpoint")
        if not address or not access_token:
            return {}
        told = self._fetched("GET", str(address), headers={"Authorization": f"Bearer {access_token}"})
        if told.get("sub") != subject:
            raise LoginFailed("userinfo speaks of somebody else")
        return told

    def _fetched(self, method: str, url: str, **given: Any) -> dict[str, Any]:
        import httpx

        try:
            answer = httpx.request(method, url, timeout=SECONDS, follow_redirects=False, **given)
            answer.raise_for_status()
            found = answer.json() if len(answer.content) <= LARGEST else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise LoginFailed(f"no answer from {url.partition('?')[0]}: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise LoginFailed(f"no JSON object from {url.partition('?')[0]}")
        return found


def login_of(request: Request) -> Login:
    """The municipality's login, one for the process. Raises NotFound where there is none."""
    settings = context.settings(request)
    if not settings.has_oidc:
        raise NotFound("page", request.url.path)
    state = request.app.state
    if not hasattr(state, "login"):
        state.login = Login(settings)
    found: Login = state.login
    return found


def _encoded(client: tuple[str, str]) -> tuple[str, str]:
    """As the Basic scheme of a client is written (RFC 6749, 2.3.1)."""
    return quote_plus(client[0]), quote_plus(client[1])
