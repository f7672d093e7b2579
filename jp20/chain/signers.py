"""Who signs transactions: an encrypted keystore, the environment, or a development mnemonic.

A key is in no representation, message or log.
"""

import json
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, cast

from eth_account import Account
from eth_account.hdaccount import key_from_seed, seed_from_mnemonic
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress

from jp20.domain.errors import JP20Error, Text

DEVELOPMENT_MNEMONIC: Final = "test test test test test test test test test test test junk"
"""Known to all the world: for development chains only."""


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A legacy transaction bound to a chain (EIP-155). `to` None deploys. Gas price in wei."""

    chain_id: int
    nonce: int
    gas_price: int
    gas: int
    to: ChecksumAddress | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed transaction: its hash, by which it is known, and the bytes to be sent."""

    hash: bytes
    raw: bytes


class Signer(Protocol):
    """Whoever signs for an address."""

    @property
    def address(self) -> ChecksumAddress: ...

    def sign_transaction(self, transaction: Unsigned) -> Signed: ...


class KeySigner:
    """Signs with a key that this process holds."""

    def __init__(self, account: LocalAccount) -> None:
        self._account = account

    @property
    def address(self) -> ChecksumAddress:
        return self._account.address

    def __repr__(self) -> str:
        return f"KeySigner({self.address})"

    def sign_transaction(self, transaction: Unsigned) -> Signed:
        fields: dict[str, Any] = {
            "chainId": transaction.chain_id,
            "nonce": transaction.nonce,
            "gasPrice": transaction.gas_price,
            "gas": transaction.gas,
            "value": 0,
            "data": transaction.data,
        }
        if transaction.to is not None:
            fields["to"] = transaction.to
        signed = self._account.sign_transaction(fields)
        return Signed(bytes(signed.hash), bytes(signed.raw_transaction))


class NoKey(JP20Error):
    """There is no key where it was looked for."""


class WrongPassword(JP20Error):
    """The password does not open the keystore."""


def keystore_signer(file: Path, password: Callable[[], str]) -> KeySigner:
    """The signer of an encrypted keystore (Web3 Secret Storage). `password` is asked once.

    Raises NoKey where the file is none, WrongPassword.
    """
    try:
        keystore = json.loads(file.read_bytes())
        if not isinstance(keystore, dict) or "crypto" not in {key.lower() for key in keystore}:
            raise ValueError
    except (OSError, ValueError):
        raise NoKey(
            Text(f"{file} is no keystore.", f"{file} は鍵ファイル(キーストア)ではありません。"),
            next_step=Text("Name the key's JSON file.", "鍵のJSONファイルを指定してください。"),
        ) from None
    try:
        key = Account.decrypt(keystore, password())
    except ValueError:
        raise WrongPassword(
            Text(f"The password does not open {file}.", f"{file} のパスワードが違います。"),
            next_step=Text("Try again.", "もう一度入力してください。"),
        ) from None
    return KeySigner(_account(key))


def write_keystore(file: Path, key: bytes, password: str) -> None:
    """Encrypts a key into a new file that only its owner can read. FileExistsError where there is
    one.
    """
    content = json.dumps(Account.encrypt(key, password)).encode()
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)


def environment_signer(variable: str) -> KeySigner:
    """The signer of a key in an environment variable: for development only, and it warns. Raises
    NoKey.
    """
    try:
        account = _account(bytes.fromhex(os.environ[variable].strip().removeprefix("0x")))
    except (KeyError, ValueError):
        raise NoKey(
            Text(
                f"There is no key in the environment variable {variable}.",
                f"環境変数 {variable} に鍵がありません。",
            ),
            next_step=Text("Use a keystore file.", "鍵ファイル(キーストア)を使用してください。"),
        ) from None
    warnings.warn(
        f"The key of {account.address} comes from the environment: for development only. /"
        " 環境変数の鍵は開発用途に限ります。",
        stacklevel=2,
    )
    return KeySigner(account)


def development_signers(count: int, mnemonic: str = DEVELOPMENT_MNEMONIC) -> list[KeySigner]:
    """The first accounts of a mnemonic (m/44'/60'/0'/0/i), those that Ganache and anvil fund with
    it.
    """
    seed = seed_from_mnemonic(mnemonic, "")
    return [KeySigner(_account(key_from_seed(seed, f"m/44'/60'/0'/0/{i}"))) for i in range(count)]


def _account(key: bytes) -> LocalAccount:
    return cast(LocalAccount, Account.from_key(key))
