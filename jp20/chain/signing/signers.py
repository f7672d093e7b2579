"""Who signs transactions, and texts to sign in with: an encrypted keystore, the environment, a
development mnemonic, or a key on another machine.

A key is in no representation, message, log or copy of a signer.
"""

import os
import warnings
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn, Protocol

from coincurve import PrivateKey
from eth_account.hdaccount import key_from_seed, seed_from_mnemonic
from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.chain.rpc.networks import DEVELOPMENT
from jp20.chain.signing.keystores import NoKey as NoKey
from jp20.chain.signing.keystores import WrongPassword as WrongPassword
from jp20.chain.signing.keystores import opened_keystore, parse_key
from jp20.chain.signing.passwords import Password
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text
from jp20.domain.transactions.sign_in import SignInText
from jp20.domain.transactions.transactions import Signed as Signed
from jp20.domain.transactions.transactions import Unsigned as Unsigned
from jp20.domain.transactions.transactions import (
    address_of_key,
    digest,
    personal_message,
    with_signature,
)

DEVELOPMENT_MNEMONIC: Final = "test test test test test test test test test test test junk"
"""Known to all the world: for development chains only."""

DEVELOPMENT_CHAINS: Final = frozenset(
    network.chain_id for network in DEVELOPMENT.values() if network.chain_id is not None
)
"""The ids of Ganache's and anvil's chains."""


class Signer(Protocol):
    """Whoever signs for an address."""

    @property
    def address(self) -> ChecksumAddress: ...

    def sign_transaction(self, transaction: Unsigned) -> Signed: ...

    def sign_in(self, said: SignInText) -> bytes:
        """The signature on a text to sign in with: r, s and v (27 or 28), 65 bytes."""
        ...

    def sign_message(self, message: bytes, chain_id: int) -> bytes:
        """The same on any EIP-191 message (`personal_sign`), which no transaction can be.
        `chain_id` is of the chain that the message speaks of.
        """
        ...


class KeySigner:
    """Signs with a key that this process holds: 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = PrivateKey(key)
        self.address: Final = address_of_key(self._key.public_key)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.address})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key is not copied")

    def sign_transaction(self, transaction: Unsigned) -> Signed:
        return with_signature(
            transaction, self._key.sign_recoverable(digest(transaction), hasher=None)
        )

    def sign_in(self, said: SignInText) -> bytes:
        return self.sign_message(said.text.encode(), said.chain_id)

    def sign_message(self, message: bytes, chain_id: int) -> bytes:
        signature = self._key.sign_recoverable(keccak(personal_message(message)), hasher=None)
        return signature[:64] + bytes([signature[64] + 27])


class NotADevelopmentChain(JP20Error):
    """A key that is for development was to sign for another chain."""

    what = Text("A key from the environment does not sign for chain {chain_id}.")
    why = Text("It is for development chains only: other programs can read the environment.")
    next_step = Text("Use a keystore: jp20 keys import.")

    def __init__(self, chain_id: int) -> None:
        super().__init__(chain_id=chain_id)


class DevelopmentSigner(KeySigner):
    """Signs for development chains, and refuses to for any other."""

    def __init__(self, key: bytes, chains: Set[int] = DEVELOPMENT_CHAINS) -> None:
        super().__init__(key)
        self._chains = chains

    def sign_transaction(self, transaction: Unsigned) -> Signed:
        """Raises NotADevelopmentChain."""
        self._require(transaction.chain_id)
        return super().sign_transaction(transaction)

    def sign_message(self, message: bytes, chain_id: int) -> bytes:
        """Raises NotADevelopmentChain."""
        self._require(chain_id)
        return super().sign_message(message, chain_id)

    def _require(self, chain_id: int) -> None:
        if chain_id not in self._chains:
            raise NotADevelopmentChain(chain_id)


class AwaitingSignature(JP20Error):
    """`count` transactions of `address` wait for a signature that is made on another machine."""

    exit_code = ExitCode.WAITS

    what = Text(
        "{count:,} {count:transaction|transactions} of {address} {count:awaits|await} signing on "
        "the machine that has the key."
    )
    next_step = Text(
        "Run: jp20 tx export {address} --out FILE; sign the file there with jp20 tx sign; "
        "then jp20 tx send."
    )

    def __init__(self, address: ChecksumAddress, count: int) -> None:
        super().__init__(count=count, address=address)
        self.address = address
        self.count = count


class KeyElsewhere(JP20Error):
    """The key is on a machine without a network, and the server waits for a few minutes only."""

    what = Text("The key of {address} is on another machine, and cannot sign in from here.")
    next_step = Text("Sign in with another active key of your organisation.")

    def __init__(self, address: ChecksumAddress) -> None:
        super().__init__(address=address)


class SignsNoMessages(JP20Error):
    """A key that is not on this machine was to sign a message."""

    exit_code = ExitCode.USAGE

    what = Text("The key of {address} is not on this machine: it signs no message here.")
    next_step = Text("Name another key of your organisation, or leave the signature out.")

    def __init__(self, address: ChecksumAddress) -> None:
        super().__init__(address=address)


@dataclass(frozen=True, slots=True)
class OfflineSigner:
    """Stands for a key that is not on this machine. It signs nothing: what it is asked to sign is
    exported to a file (`jp20.domain.transactions.transaction_file`), signed elsewhere and taken in
    again.
    """

    address: ChecksumAddress

    def sign_transaction(self, transaction: Unsigned) -> Signed:
        """Raises AwaitingSignature, always."""
        raise AwaitingSignature(self.address, 1)

    def sign_in(self, said: SignInText) -> bytes:
        """Raises KeyElsewhere, always: a text that holds for minutes is not carried about."""
        raise KeyElsewhere(self.address)

    def sign_message(self, message: bytes, chain_id: int) -> bytes:
        """Raises SignsNoMessages, always."""
        raise SignsNoMessages(self.address)


def keystore_signer(file: Path, password: Password) -> KeySigner:
    """The signer of an encrypted keystore. Raises NoKey, WrongPassword, and what `password`
    raises.
    """
    return KeySigner(opened_keystore(file, password).secret)


def environment_signer(variable: str, chains: Set[int] = DEVELOPMENT_CHAINS) -> DevelopmentSigner:
    """The signer of a key in an environment variable: for development only, and it warns.

    `chains` are the ids of the development chains, for which alone it signs. Raises NoKey.
    """
    key = parse_key(os.environ.get(variable, ""))
    if key is None:
        raise NoKey(
            Text("There is no key in the environment variable {variable}.", variable=variable),
            next_step=Text("Use a keystore file."),
        )
    signer = DevelopmentSigner(key.secret, chains)
    warning = Text(
        "The key of {signer} comes from the environment: for development only.",
        signer=signer.address,
    )
    warnings.warn(str(warning), stacklevel=2)
    return signer


def development_signers(count: int, mnemonic: str = DEVELOPMENT_MNEMONIC) -> list[KeySigner]:
    """The first accounts of a mnemonic (m/44'/60'/0'/0/i), those that Ganache and anvil fund with
    it.
    """
    seed = seed_from_mnemonic(mnemonic, "")
    return [KeySigner(key_from_seed(seed, f"m/44'/60'/0'/0/{i}")) for i in range(count)]
