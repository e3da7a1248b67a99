"""An OpenID Connect issuer of the tests' own, in this process: its keys are made here, and it can lie."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "corridor-here"


class Issuer:
    """What it answers; a test changes what it says of itself and of people."""

    def __init__(self) -> None:
        self.address = ""
        self.key = named("one")
        self.description: dict[str, Any] = {}
        self.claims: dict[str, Any] = {"sub": "7", "email": "anna@example.org", "email_verified": True}
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.signed_with: Any = self.key
        self.asked: list[dict[str, Any]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.redirects = False

    def authorize(self, location: str) -> dict[str, str]:
        """What a person does there: says yes. The query with which the browser is sent back."""
        parts = urlsplit(location)
        assert location.startswith(f"{self.address}/authorize?")
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        """The ID token for a code, where the verifier fits."""
        self.asked.append({**form, "authorization": authorization})
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if asked is None or asked["code_challenge"] != encoded(digest):
            return {"error": "invalid_grant"}
        if asked["redirect_uri"] != form["redirect_uri"]:
            return {"error": "invalid_grant"}
        moment = int(time.time())
        claims = {
            "iss": self.address, "aud": CLIENT, "iat": moment, "exp": moment + 300, "nonce": asked["nonce"],
            **self.claims,
        }  # fmt: skip
        return {"id_token": self.sign({key: value for key, value in claims.items() if value is not None})}

    def sign(self, claims: dict[str, Any]) -> str:
        """A token; with alg none, or signed with the public key as a shared secret, where a test says so."""
        if self.header["alg"] in ("none", "HS256"):
            body = ".".join(encoded(json.dumps(part).encode()) for part in (self.header, claims))
            secret = self.key.as_pem(private=False)
            made = hmac.digest(secret, body.encode(), "sha256") if self.header["alg"] == "HS256" else b""
            return f"{body}.{encoded(made)}"
        return jwt.encode(self.header, claims, self.signed_with, algorithms=[self.header["alg"]])


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


@cache
def key(place: int) -> RSAKey:
    """A key; made once, which takes a while."""
    return RSAKey.generate_key(2048)


def named(name: str, place: int = 0) -> RSAKey:
    """The key of a place under a name."""
    return RSAKey.import_key({**key(place).as_dict(private=True), "kid": name})


@contextmanager
def running() -> Iterator[Issuer]:
    """The issuer, answering on this machine."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if issuer.redirects:
                self.send_response(302)
                self.send_header("Location", f"{issuer.address}/elsewhere")
                self.end_headers()
            elif self.path.endswith("/openid-configuration"):
                self.answer(issuer.description)
            elif self.path.startswith("/authorize?"):  # whoever comes says yes
                back = issuer.authorize(issuer.address + self.path)
                asked = issuer.codes[back["code"]]
                self.send_response(302)
                self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
                self.end_headers()
            elif self.path == "/keys":
                self.answer({"keys": [issuer.key.as_dict(private=False)]})
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {key: values[0] for key, values in parse_qs(body).items()}
            self.answer(issuer.token(form, self.headers.get("authorization", "")))

        def answer(self, what: dict[str, Any]) -> None:
            text = json.dumps(what).encode()
            self.send_response(400 if "error" in what else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.address = f"http://127.0.0.1:{server.server_address[1]}"
    issuer.description = {
        "issuer": issuer.address,
        "authorization_endpoint": f"{issuer.address}/authorize",
        "token_endpoint": f"{issuer.address}/token",
        "jwks_uri": f"{issuer.address}/keys",
    }
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield issuer
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)
