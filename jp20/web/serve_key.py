"""The Ed25519 key that signs webhooks: a PEM file that only its owner reads."""

import base64
import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.os_errors import reason
from jp20.domain.base.text import Text
from jp20.operations.keys import PRIVATE, write_new


class UnfitServeKey(JP20Error):
    """The file of the key that signs webhooks cannot be used."""

    exit_code = ExitCode.USAGE
    what = Text("{file} is not a key that signs webhooks.")
    next_step = Text("Make one: jp20 api key FILE, and name it in jp20.toml: [serve] key")

    def __init__(self, file: Path, why: Text) -> None:
        super().__init__(why=why, file=file)


class ServeKey:
    """Signs webhooks. `id` is the thumbprint of the public key (RFC 7638)."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self.private: Final = private
        public = private.public_key().public_bytes_raw()
        required = {"crv": "Ed25519", "kty": "OKP", "x": _base64(public)}
        content = json.dumps(required, separators=(",", ":"), sort_keys=True).encode()
        self.id: Final = _base64(hashlib.sha256(content).digest())
        self.jwk: Final = {**required, "kid": self.id, "use": "sig", "alg": "EdDSA"}

    def __repr__(self) -> str:
        return f"ServeKey({self.id})"


def create_serve_key(file: Path) -> ServeKey:
    """A new key in a new file. Raises FileExists, CannotWrite."""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_new(file, pem, PRIVATE)
    return ServeKey(private)


def load_serve_key(file: Path) -> ServeKey:
    """Raises UnfitServeKey."""
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            pem = opened.read(16_384)
    except OSError as error:
        raise UnfitServeKey(file, reason(error)) from None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnfitServeKey(file, Text("Others can read it: chmod 600 {file}", file=file))
    try:
        private = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise UnfitServeKey(file, Text("It has to be an Ed25519 key in PEM, not encrypted."))
    return ServeKey(private)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
