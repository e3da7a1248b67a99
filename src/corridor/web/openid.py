"""OpenID Connect: the authorization code flow with PKCE against the one configured issuer.

The issuer describes itself at its own address; nothing that a browser brings decides where anything is asked.
What comes back must belong to a sign-in that this browser began: state, nonce and verifier are kept once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from corridor.errors import CorridorError
from corridor.settings import OpenIdSettings
from corridor.web.openid_fetch import Fetch, check_address, fetch_json
from corridor.web.state import State, fingerprint, now, stamp

SECRET_VARIABLE = "CORRIDOR_OPENID_SECRET"
DESCRIPTION = "/.well-known/openid-configuration"
KEPT_SECONDS = 3600.0
KEYS_AGAIN_SECONDS = 60.0
LASTS = timedelta(minutes=10)
LEEWAY_SECONDS = 60
# Signatures with a pair of keys only: neither none, nor one made with a secret that both sides share.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA",
)  # fmt: skip


@dataclass(frozen=True)
class Begun:
    """A sign-in under way: where the browser goes, and the secret it keeps as a cookie."""

    address: str
    browser: str


class Provider:
    """The configured issuer."""

    def __init__(self, settings: OpenIdSettings, secret: str = "", fetch: Fetch = fetch_json) -> None:
        self.settings = settings
        self._secret = secret
        self._fetch = fetch
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}

    def begin(self, state: State, callback: str, target: str) -> Begun:
        """Keep what the answer must match; the address at the issuer to go to."""
        token, browser, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
        address = self._endpoint("authorization_endpoint")
        with state.writing() as con:
            con.execute("delete from openid_request where created_at < ?", [stamp(now() - LASTS)])
            con.execute(
                "insert into openid_request values (?, ?, ?, ?, ?, ?)",
                [fingerprint(token), fingerprint(browser), nonce, verifier, target, stamp()],
            )
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": callback,
            "scope": " ".join(dict.fromkeys(["openid", *self.settings.scopes])),
            "state": token,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        return Begun(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", browser)

    def finish(
        self, state: State, callback: str, browser: str, answer: Mapping[str, str]
    ) -> tuple[dict[str, Any], str]:
        """What the issuer says of who came back, and where they wanted to go.

        Raises WEB-OPENID-STATE, WEB-OPENID-REFUSED, WEB-OPENID-TOKEN, WEB-OPENID-ISSUER.
        """
        begun = _taken(state, answer.get("state", ""), browser)
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:
            raise mixed_up()
        if "error" in answer or not answer.get("code"):
            raise CorridorError(
                "WEB-OPENID-REFUSED",
                "The sign-in at your organization was not completed.",
                todo="Try again, or ask who runs the sign-in there.",
            )
        token = self._exchange(answer["code"], begun["verifier"], callback)
        return self.claims(token, begun["nonce"]), begun["target"]

    def claims(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is the issuer's, for us, of now and of this sign-in.

        Raises WEB-OPENID-TOKEN, which does not say which of these it is not.
        """
        from joserfc import jwt
        from joserfc.errors import JoseError

        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            decoded = jwt.decode(token, self._keys(_key_id(token)), algorithms=ALGORITHMS)
            registry.validate(decoded.claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise refused_token() from error
        found = dict(decoded.claims)
        several = isinstance(found["aud"], list) and len(found["aud"]) > 1
        if found.get("azp", None if several else self.settings.client_id) != self.settings.client_id:
            raise refused_token()
        return found

    def _exchange(self, code: str, verifier: str, callback: str) -> str:
        """The ID token for a code. Raises WEB-OPENID-ISSUER, WEB-OPENID-TOKEN."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "client_id": self.settings.client_id,
            "code_verifier": verifier,
        }
        headers = {}
        ways = self._described().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self._secret and "client_secret_basic" in ways:
            pair = f"{quote(self.settings.client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        elif self._secret:
            form["client_secret"] = self._secret
        told = self._fetch(self._endpoint("token_endpoint"), form, headers)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise refused_token()
        return token

    def _described(self) -> dict[str, Any]:
        """How the issuer describes itself; it must call itself what we call it. Raises WEB-OPENID-ISSUER."""
        check_address(self.settings.issuer, self.settings.issuer)
        described = self._get(self.settings.issuer.rstrip("/") + DESCRIPTION, KEPT_SECONDS)
        if described.get("issuer") != self.settings.issuer:
            raise CorridorError(
                "WEB-OPENID-ISSUER",
                "The issuer of the sign-in calls itself something else than the settings do.",
                todo="Write web.openid.issuer exactly as the issuer's own description does.",
                field="web.openid.issuer",
            )
        return described

    def _endpoint(self, name: str) -> str:
        address = str(self._described().get(name, ""))
        check_address(address, self.settings.issuer)
        return address

    def _keys(self, key_id: str | None) -> Any:
        """The issuer's keys; asked for again where one is named that is not among them."""
        from joserfc.jwk import KeySet

        address = self._endpoint("jwks_uri")
        found = self._get(address, KEPT_SECONDS)
        if key_id is not None and key_id not in {key.get("kid") for key in found.get("keys", [])}:
            found = self._get(address, KEYS_AGAIN_SECONDS)
        return KeySet.import_key_set(found)  # type: ignore[arg-type]

    def _get(self, address: str, seconds: float) -> dict[str, Any]:
        with self._lock:
            asked, found = self._kept.get(address, (0.0, {}))
            if not found or time.monotonic() - asked > seconds:
                found = self._fetch(address, None, {})
                self._kept[address] = (time.monotonic(), found)
            return found


def provider_of(settings: OpenIdSettings | None) -> Provider | None:
    """The issuer of the settings, with the secret of the environment."""
    return None if settings is None else Provider(settings, os.environ.get(SECRET_VARIABLE, ""))


def mixed_up() -> CorridorError:
    """What came back belongs to no sign-in of this browser."""
    return CorridorError(
        "WEB-OPENID-STATE",
        "This answer belongs to no sign-in that this browser began.",
        why="It took longer than ten minutes, came twice, or was begun elsewhere. Nobody was signed in.",
        todo="Sign in again from this page.",
    )


def refused_token() -> CorridorError:
    """The ID token does not hold."""
    return CorridorError(
        "WEB-OPENID-TOKEN",
        "What the issuer sent does not prove who you are.",
        why="It must be signed by the issuer, for this application, now, and for this sign-in.",
        todo="Sign in again; if it stays, an administrator should check the clock and web.openid.",
    )


def _taken(state: State, token: str, browser: str) -> dict[str, str]:
    """The sign-in an answer belongs to; it can be answered once. Raises WEB-OPENID-STATE."""
    key = fingerprint(token)
    with state.writing() as con:
        row = con.execute("select * from openid_request where state_hash = ?", [key]).fetchone()
        found = dict(row) if row else None
        if found and hmac.compare_digest(found["browser_hash"], fingerprint(browser)):
            con.execute("delete from openid_request where state_hash = ?", [key])
        else:
            found = None
    if found is None or found["created_at"] < stamp(now() - LASTS):
        raise mixed_up()
    return found


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _key_id(token: str) -> str | None:
    """The key that a token names, unverified: it only decides whether keys are asked for again."""
    from joserfc.jws import extract_compact

    named = extract_compact(token.encode()).headers().get("kid")
    return named if isinstance(named, str) else None
