"""A small identity provider on this machine: OpenID Connect over real HTTP, with an answer that a test may spoil."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "fanlight", "a secret between the two"
OURS = rsa.generate_private_key(65537, 2048)
FOREIGN = rsa.generate_private_key(65537, 2048)


class LocalProvider:
    """What it says of the person at its keyboard; `claims` and `spoil` are a test's to change."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.person: dict[str, Any] = {"sub": "u-1", "preferred_username": "nora", "groups": ["security"]}
        self.spoil: Callable[[dict[str, Any]], str | None] = lambda claims: None
        self.document: dict[str, Any] = {}
        self.asked: dict[str, dict[str, str]] = {}
        self.refused: list[str] = []

    def sign_in(self, there: str) -> str:
        """What a person's browser does with the redirect there; the code that it brings back."""
        told = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
        code = f"code-{len(self.asked)}"
        self.asked[code] = told
        return code

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"], **self.document,
        }  # fmt: skip

    def keys(self) -> dict[str, Any]:
        shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OURS.public_key()))
        return {"keys": [{**shown, "kid": "one", "alg": "RS256", "use": "sig"}]}

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code, once, for whoever began with its challenge; None for anybody else."""
        told = self.asked.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if told is None or challenge.rstrip(b"=").decode() != told.get("code_challenge"):
            self.refused.append("PKCE")
            return None
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            self.refused.append("client")
            return None
        now = int(time.time())
        claims = {**self.person, "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300,
                  "nonce": told["nonce"]}  # fmt: skip
        return {"access_token": "of no use", "token_type": "Bearer", "id_token": self.spoil(claims) or signed(claims)}


def signed(claims: dict[str, Any], key: Any = OURS, alg: str = "RS256", kid: str = "one") -> str:
    return jwt.encode(claims, key, algorithm=alg, headers={"kid": kid})


@contextmanager
def running() -> Iterator[LocalProvider]:
    """A provider that answers as long as the block lasts."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = {"/.well-known/openid-configuration": provider.discovery, "/keys": provider.keys}.get(self.path)
            self._say(200 if found else 404, found() if found else {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told = provider.token({name: values[0] for name, values in parse_qs(body).items()})
            self._say(200 if told else 400, told or {"error": "invalid_grant"})

        def _say(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    provider = LocalProvider(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
