"""Asking the issuer: https only, no redirect followed, a small answer, a short wait."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

from corridor.errors import CorridorError

SECONDS = 10.0
MOST_BYTES = 1_000_000
Fetch = Callable[[str, Mapping[str, str] | None, Mapping[str, str]], dict[str, Any]]


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """No: a redirect could lead anywhere, with the code or the secret in hand."""


_opener = urllib.request.build_opener(_Stays)


def fetch_json(address: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> dict[str, Any]:
    """A JSON object; posts the form where there is one. Raises WEB-OPENID-ISSUER."""
    body = None if form is None else urlencode(form).encode()
    request = urllib.request.Request(address, body, {"Accept": "application/json", **headers})
    try:
        with _opener.open(request, timeout=SECONDS) as answer:
            text = answer.read(MOST_BYTES + 1)
        found = json.loads(text) if len(text) <= MOST_BYTES else None
    except (OSError, ValueError) as error:
        raise unusable() from error
    if not isinstance(found, dict):
        raise unusable()
    return found


def check_address(address: str, issuer: str) -> None:
    """Raises WEB-OPENID-ISSUER unless it is https; plain http only within this machine, as the issuer is."""
    parts, own = urlsplit(address), urlsplit(issuer)
    inside = parts.scheme == own.scheme == "http" and _loopback(parts.hostname) and _loopback(own.hostname)
    if not (parts.scheme == "https" and parts.hostname) and not inside:
        raise unusable()


def unusable() -> CorridorError:
    """The issuer cannot be used."""
    return CorridorError(
        "WEB-OPENID-ISSUER",
        "The issuer of the sign-in does not answer as it should.",
        why="Corridor asks it by https for its description, its keys and a token.",
        todo="Try again; an administrator should check web.openid.issuer, and that the server reaches it.",
        field="web.openid.issuer",
    )


def _loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
