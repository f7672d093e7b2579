"""Encrypted keystores (Web3 Secret Storage, scrypt): made, taken over, listed, given another
password.

A key is in a keystore or in the memory of the process that signs with it, and nowhere else: it is
no argument of a command, no line of a log, no variable where an error is raised.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from coincurve import PrivateKey
from eth_account import Account
from eth_typing import ChecksumAddress

from jp20.chain.new_files import PRIVATE, FileExists, write_new, write_over
from jp20.chain.signing.passwords import Password, checked
from jp20.domain.base.addresses import parse_address
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.faults import FaultyFile
from jp20.domain.base.text import Text
from jp20.domain.files.fields import read_json
from jp20.domain.transactions.transactions import address_of_key

_LARGEST: Final = 65_536
"""Bytes of a file that can be a keystore."""

_MOST_SCRYPT: Final = 2**23
"""Of n × r × p, by 128 bytes: a gigabyte."""

_MOST_BLOCKS: Final = 128
"""Of r × p; the usual programs ask for 8."""

_MOST_ROUNDS: Final = 10_000_000
_MOST_DERIVED: Final = 64

_KEY: Final = re.compile(r"(0x)?[0-9a-fA-F]{64}")


class NoKey(JP20Error):
    """There is no key where it was looked for."""

    exit_code = ExitCode.USAGE


class WrongPassword(JP20Error):
    """The password does not open the keystore."""

    exit_code = ExitCode.USAGE

    what = Text("The password does not open {file}.")
    next_step = Text("Try again.")

    def __init__(self, file: Path) -> None:
        super().__init__(file=file)


@dataclass(frozen=True, slots=True)
class KeystoreFile:
    """A keystore, and the address that it names; None where it names none."""

    file: Path
    address: ChecksumAddress | None


def create_keystore(file: Path, password: Password) -> ChecksumAddress:
    """Makes a key that never was, and its keystore; nobody ever sees the key.

    Raises FileExists, CannotWrite, UnfitPassword.
    """
    _must_be_new(file)
    return write_keystore(file, PrivateKey(), password)


def import_keystore(
    source: Path, source_password: Password, file: Path, password: Password
) -> ChecksumAddress:
    """Takes a key over from another keystore, whatever its cipher's cost.

    Raises NoKey, WrongPassword, FileExists, CannotWrite, UnfitPassword.
    """
    _must_be_new(file)
    key = opened_keystore(source, source_password)
    return write_keystore(file, key, password)


def import_key(file: Path, typed: Password, password: Password) -> ChecksumAddress:
    """Takes over a key that a person types as 64 hexadecimal digits, unseen.

    Raises NoKey where it is no key, FileExists, CannotWrite, UnfitPassword.
    """
    _must_be_new(file)
    key = parse_key(typed())
    if key is None:
        raise NoKey(
            Text("What was typed is not a key."),
            next_step=Text("A key is 64 hexadecimal digits, with 0x or without."),
        )
    return write_keystore(file, key, password)


def change_password(file: Path, old: Password, new: Password) -> ChecksumAddress:
    """Encrypts the key anew; at every moment there is a keystore that one of the two opens.

    Raises NoKey, WrongPassword, CannotWrite, UnfitPassword.
    """
    key = opened_keystore(file, old)
    write_over(file, _encrypted(key, new), PRIVATE)
    return address_of_key(key.public_key)


def keystores(folder: Path) -> list[KeystoreFile]:
    """The keystores in a folder by name, none opened; other files are passed over."""
    found = []
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not file.name.startswith("."):
            content = _content(file)
            if content is not None:
                found.append(KeystoreFile(file, _address(content)))
    return found


def opened_keystore(file: Path, password: Password) -> PrivateKey:
    """The key in a keystore. The password is asked once, and only where the file is a keystore.

    Raises NoKey where it is none or damaged, WrongPassword.
    """
    content = _content(file)
    if content is None:
        raise NoKey(
            Text("{file} is not a keystore.", file=file),
            next_step=Text("Name the key's JSON file."),
        )
    try:
        key = _decrypted(content, password())
    except _Damaged:
        key = None
    else:
        if key is None:
            raise WrongPassword(file)
    named = _address(content)
    if key is None or named not in (None, address_of_key(key.public_key)):
        raise NoKey(
            Text("The keystore {file} is damaged.", file=file),
            Text("Its fields are unfit, or its address is not that of its key."),
            Text("Restore it from a copy."),
        )
    return key


def write_keystore(file: Path, key: PrivateKey, password: Password) -> ChecksumAddress:
    """Encrypts a key into a new file that only its owner can read.

    Raises FileExists, CannotWrite, UnfitPassword.
    """
    _must_be_new(file)
    write_new(file, _encrypted(key, password), PRIVATE)
    return address_of_key(key.public_key)


def parse_key(text: str) -> PrivateKey | None:
    """The key that 64 hexadecimal digits are; None where they are none."""
    if not _KEY.fullmatch(text.strip()):
        return None
    try:
        return PrivateKey(bytes.fromhex(text.strip().removeprefix("0x")))
    except ValueError:  # nought, or beyond the curve's order
        return None


class _Damaged(Exception):
    """Not a keystore, whatever the password."""


def _encrypted(key: PrivateKey, password: Password) -> bytes:
    """A keystore's text."""
    content = _sealed(key, checked(password()))
    if content is None:
        raise RuntimeError("the keystore does not open with its own password")
    return (json.dumps(content, indent=2) + "\n").encode()


def _sealed(key: PrivateKey, password: str) -> Mapping[str, Any] | None:
    """A keystore, opened once again before it is trusted with the only copy of a key."""
    content: dict[str, Any] = Account.encrypt(key.secret, password, kdf="scrypt")
    reopened = _decrypted(content, password)
    return content if reopened is not None and reopened.secret == key.secret else None


def _decrypted(content: Mapping[str, Any], password: str) -> PrivateKey | None:
    """None where the password is wrong. Raises _Damaged, which knows nothing of the password."""
    if not _is_affordable(content):
        raise _Damaged
    try:
        return PrivateKey(bytes(Account.decrypt(dict(content), password)))
    except ValueError as error:
        wrong = str(error) == "MAC mismatch"
    except (KeyError, TypeError, AttributeError, NotImplementedError, OverflowError):
        wrong = False
    if wrong:
        return None
    raise _Damaged


def _is_affordable(content: Mapping[str, Any]) -> bool:
    """Whether deriving the key takes no more memory and time than a machine has: four times what
    the usual programs ask for.
    """
    crypto = next((each for name, each in content.items() if name.lower() == "crypto"), None)
    found = crypto.get("kdfparams") if isinstance(crypto, dict) else None
    if not isinstance(found, dict) or not all(
        type(found.get(name, 1)) is int and found.get(name, 1) > 0
        for name in ("n", "r", "p", "c", "dklen")
    ):
        return False
    n, r, p, rounds = (int(found.get(name, 1)) for name in ("n", "r", "p", "c"))
    length = int(found.get("dklen", 32))
    return (
        n * r * p <= _MOST_SCRYPT
        and r * p <= _MOST_BLOCKS
        and rounds <= _MOST_ROUNDS
        and length <= _MOST_DERIVED
    )


def _content(file: Path) -> Mapping[str, Any] | None:
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return None
        content = read_json(file.read_bytes(), file.name)
    except (OSError, FaultyFile):
        return None
    if not isinstance(content, dict) or "crypto" not in {key.lower() for key in content}:
        return None
    return content


def _address(content: Mapping[str, Any]) -> ChecksumAddress | None:
    try:
        return parse_address("0x" + str(content.get("address")).removeprefix("0x"))
    except ValueError:
        return None


def _must_be_new(file: Path) -> None:
    """Before anybody is asked for a password."""
    if file.exists():
        raise FileExists(file)
