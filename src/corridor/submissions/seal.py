"""Encryption of evidence: AES-256-GCM, its key made of a passphrase by Argon2id.

The file begins with one line of JSON that says how it was made; that line is authenticated with the rest, so
that it cannot be weakened unseen. Without the passphrase nothing of the file can be read, by anybody.
"""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from argon2.low_level import Type, hash_secret_raw

from corridor.errors import CorridorError

_FORMAT = "corridor-sealed-1"
_KEY_BYTES, _SALT_BYTES, _NONCE_BYTES = 32, 16, 12
# RFC 9106, second recommended option: for memory-constrained machines
_TIME, _MEMORY_KIB, _LANES = 3, 65536, 4
_MOST_TIME, _MOST_MEMORY_KIB, _MOST_LANES = 16, 1048576, 16
SHORTEST = 12


def seal(content: bytes, passphrase: str) -> bytes:
    """The content encrypted. Errors: SUBMIT-PASSPHRASE, SUBMIT-CIPHER."""
    if len(passphrase) < SHORTEST:
        raise CorridorError(
            "SUBMIT-PASSPHRASE",
            f"The passphrase has fewer than {SHORTEST} characters.",
            why="Patients' data is only as safe as the passphrase.",
            todo="Write a longer one into the file, for instance of a password manager.",
            field="--passphrase-file",
        )
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    header = {
        "format": _FORMAT,
        "cipher": "AES-256-GCM",
        "kdf": "argon2id",
        "time": _TIME,
        "memory_kib": _MEMORY_KIB,
        "lanes": _LANES,
        "salt": base64.b64encode(salt).decode(),
        "nonce": base64.b64encode(nonce).decode(),
    }
    line = json.dumps(header, sort_keys=True).encode() + b"\n"
    return line + bytes(_cipher(_key(passphrase, salt, header)).encrypt(nonce, content, line))


def unseal(sealed: bytes, passphrase: str) -> bytes:
    """The content decrypted. Errors: SUBMIT-PASSPHRASE where it is the wrong one or the file was changed."""
    line, _, body = sealed.partition(b"\n")
    try:
        header = json.loads(line)
        salt, nonce = base64.b64decode(header["salt"]), base64.b64decode(header["nonce"])
        within = (
            header["format"] == _FORMAT
            and 0 < int(header["time"]) <= _MOST_TIME
            and 0 < int(header["memory_kib"]) <= _MOST_MEMORY_KIB
            and 0 < int(header["lanes"]) <= _MOST_LANES
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable("It does not begin as a sealed file does.") from error
    if not within:
        raise _unreadable("It was made in a way this version does not know.")
    cipher = _cipher(_key(passphrase, salt, header))
    from cryptography.exceptions import InvalidTag

    try:
        return bytes(cipher.decrypt(nonce, body, line + b"\n"))
    except InvalidTag as error:
        raise _unreadable("The passphrase is another one, or the file was changed.") from error


def _key(passphrase: str, salt: bytes, header: dict[str, Any]) -> bytes:
    return hash_secret_raw(
        passphrase.encode("utf-8"),
        salt,
        time_cost=int(header["time"]),
        memory_cost=int(header["memory_kib"]),
        parallelism=int(header["lanes"]),
        hash_len=_KEY_BYTES,
        type=Type.ID,
    )


def _cipher(key: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise CorridorError(
            "SUBMIT-CIPHER",
            "This installation cannot encrypt.",
            why="The package cryptography is missing; evidence is never written open in its place.",
            todo="Install cryptography, or keep the evidence de-identified with --deidentified.",
        ) from error
    return AESGCM(key)


def _unreadable(why: str) -> CorridorError:
    return CorridorError(
        "SUBMIT-PASSPHRASE",
        "The evidence cannot be decrypted.",
        why=why,
        todo="Give the passphrase the package was made with.",
        field="--passphrase-file",
    )
