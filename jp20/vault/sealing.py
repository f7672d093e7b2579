"""Encryption: AES-256-GCM, and the store key out of a password by scrypt.

What is sealed is bound to where it stands: moved to another person, version or epoch it does not
open.
"""

import hashlib
import hmac
import secrets
from typing import Final

NONCE: Final = 12
KEY: Final = 32
SALT: Final = 32
WORK: Final = 2**16
"""scrypt's n: 64 MB and a fifth of a second for each try at a password."""


class NotOpened(Exception):
    """The key is another one, or what was sealed was changed or stands elsewhere."""


def new_key() -> bytes:
    return secrets.token_bytes(KEY)


def store_key(password: str, salt: bytes, work: int) -> bytes:
    """The key that a password makes with a salt."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=KEY, n=work, r=8, p=1).derive(password.encode())


def seal(key: bytes, content: bytes, place: bytes) -> bytes:
    """Nonce and ciphertext of a content that belongs to a place."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, place)


def unseal(key: bytes, sealed: bytes, place: bytes) -> bytes:
    """Raises NotOpened."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], place)
    except (InvalidTag, ValueError):
        raise NotOpened from None


def blind(key: bytes, field: str, folded: str) -> bytes:
    """What stands in the index for a value: it says nothing without the key."""
    return hmac.digest(key, f"{field}\0{folded}".encode(), hashlib.sha256)
