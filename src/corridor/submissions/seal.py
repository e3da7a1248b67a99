"""Encryption of evidence: a JSON Web Encryption (AES-256-GCM), its key made of a passphrase by Argon2id.

The header says how the key was made; it is authenticated with the rest, so that it cannot be weakened unseen.
Without the passphrase nothing can be read, by anybody; with it any program that knows the two standards can.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from corridor.errors import CorridorError

_FORMAT = "corridor-sealed-1"
_KEY_BYTES, _SALT_BYTES = 32, 16
# RFC 9106, second recommended option: for memory-constrained machines
_TIME, _MEMORY_KIB, _LANES = 3, 65536, 4
# what a header may ask for, so that a forged one cannot exhaust the machine
_MOST_TIME, _MOST_MEMORY_KIB, _MOST_LANES = 16, 1048576, 16
_LARGEST = 1 << 31
SHORTEST = 12


def seal(content: bytes, passphrase: str) -> bytes:
    """The content encrypted. Errors: SUBMIT-PASSPHRASE."""
    if len(passphrase) < SHORTEST:
        raise CorridorError(
            "SUBMIT-PASSPHRASE",
            f"The passphrase has fewer than {SHORTEST} characters.",
            why="Patients' data is only as safe as the passphrase.",
            todo="Write a longer one into the file, for instance of a password manager.",
            field="--passphrase-file",
        )
    salt = secrets.token_bytes(_SALT_BYTES)
    header = {
        "alg": "dir",
        "enc": "A256GCM",
        "typ": _FORMAT,
        "kdf": "argon2id",
        "time": _TIME,
        "memory_kib": _MEMORY_KIB,
        "lanes": _LANES,
        "salt": base64.b64encode(salt).decode(),
    }
    key = _key(passphrase, salt, header)
    return jwe.encrypt_compact(header, content, key, registry=_registry()).encode("ascii")


def unseal(sealed: bytes, passphrase: str) -> bytes:
    """The content decrypted. Errors: SUBMIT-PASSPHRASE where it is the wrong one or the file was changed."""
    try:
        header = _header(sealed)
        key = _key(passphrase, base64.b64decode(header["salt"], validate=True), header)
        found = jwe.decrypt_compact(sealed, key, registry=_registry()).plaintext
    except (JoseError, HashingError, ValueError, KeyError, TypeError) as error:
        raise CorridorError(
            "SUBMIT-PASSPHRASE",
            "The evidence cannot be decrypted.",
            why="The passphrase is another one, or the file was changed.",
            todo="Give the passphrase the package was made with.",
            field="--passphrase-file",
        ) from error
    return found or b""


def _registry() -> jwe.JWERegistry:
    """One way to encrypt alone, of any length, with the header of the key."""
    registry = jwe.JWERegistry(algorithms=["dir", "A256GCM"], strict_check_header=False)
    registry.max_ciphertext_length = _LARGEST
    return registry


def _header(sealed: bytes) -> Mapping[str, Any]:
    """The header, within bounds; a ValueError where it is none of ours."""
    first = sealed.partition(b".")[0]
    header = json.loads(base64.urlsafe_b64decode(first + b"=" * (-len(first) % 4)))
    asked = (int(header["time"]), int(header["memory_kib"]), int(header["lanes"]))
    most = (_MOST_TIME, _MOST_MEMORY_KIB, _MOST_LANES)
    if header["typ"] != _FORMAT or not all(0 < one <= limit for one, limit in zip(asked, most)):
        raise ValueError("the header is not of a file that was sealed here")
    return dict(header)


def _key(passphrase: str, salt: bytes, header: Mapping[str, Any]) -> OctKey:
    secret = hash_secret_raw(
        passphrase.encode("utf-8"),
        salt,
        time_cost=int(header["time"]),
        memory_cost=int(header["memory_kib"]),
        parallelism=int(header["lanes"]),
        hash_len=_KEY_BYTES,
        type=Type.ID,
    )
    return OctKey.import_key(secret)
