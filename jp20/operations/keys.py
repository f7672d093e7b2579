"""An organisation's keys and their passwords, for who manages them: made, taken over, listed, given
another password. Nothing here shows a key or a password (G27).
"""

from pathlib import Path

from eth_typing import ChecksumAddress

from jp20.chain.new_files import PRIVATE as PRIVATE
from jp20.chain.new_files import write_new as write_new
from jp20.chain.signing import keystores as files
from jp20.chain.signing.keystores import change_password as change_password
from jp20.chain.signing.keystores import keystores as keystores
from jp20.chain.signing.passwords import Password as Password
from jp20.chain.signing.passwords import checked as checked
from jp20.chain.signing.passwords import new_password as new_password
from jp20.chain.signing.passwords import password_file as password_file
from jp20.chain.signing.passwords import password_variable as password_variable
from jp20.chain.signing.passwords import typed_password as typed_password
from jp20.chain.signing.signers import keystore_signer as keystore_signer


def create_key(file: Path, password: Password) -> ChecksumAddress:
    """A new key in a new keystore. Raises FileExists, UnfitPassword."""
    return files.create_keystore(_in_folder(file), password)


def import_typed_key(file: Path, typed: Password, password: Password) -> ChecksumAddress:
    """A key that is typed, in a new keystore. Raises NoKey, FileExists, UnfitPassword."""
    return files.import_key(_in_folder(file), typed, password)


def import_from_keystore(
    source: Path, old: Password, file: Path, password: Password
) -> ChecksumAddress:
    """The key of another keystore, in a new one. Raises NoKey, WrongPassword, FileExists."""
    return files.import_keystore(source, old, _in_folder(file), password)


def _in_folder(file: Path) -> Path:
    """The file, in a folder that there is and that only its owner enters."""
    if not file.parent.exists():
        file.parent.mkdir(mode=0o700, parents=True)
    return file
