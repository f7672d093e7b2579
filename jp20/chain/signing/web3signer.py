"""A server that has the keys and signs (Web3Signer's `eth1` API), before a vault or an HSM.

It signs the keccak-256 of whatever bytes it is sent: a transaction is encoded here, and nothing
that comes back is believed until it recovers to the address that was asked.
"""

import json
import threading
from collections.abc import Mapping
from typing import Final

import urllib3
from coincurve import PublicKey
from eth_typing import ChecksumAddress
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)
from urllib3.exceptions import SSLError as TLSError

from jp20.chain.rpc.access import NONE, Access
from jp20.chain.rpc.node_errors import host_of
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.recursion import bounded_recursion
from jp20.domain.base.text import Text
from jp20.domain.files.letters import harmless
from jp20.domain.transactions.sign_in import SignInText
from jp20.domain.transactions.transactions import (
    Signed,
    Unsigned,
    address_of_key,
    payload,
    personal_message,
    recover_signer,
    signer_of_message,
    with_signature,
)

_TIMEOUT: Final = urllib3.Timeout(connect=3.05, read=15.0)
"""Seconds. A key in a vault or an HSM is asked for over a network of its own."""

_POOL: Final = 4
_SAID: Final = 200
"""Characters of a server's words that are repeated."""


class RemoteSignerFailure(JP20Error):
    """A server that signs gave no signature that can be used."""


class SignerUnreachable(RemoteSignerFailure):
    """Nothing answers, or not in time, or the two do not trust each other's certificates."""

    what = Text("The signer {host} cannot be reached.")
    next_step = Text(
        "Look at the server, its address and the certificates, then try again: nothing "
        "was sent to the chain."
    )

    def __init__(self, url: str, why: Text) -> None:
        host = host_of(url)
        super().__init__(why=why, host=host)


class SignerRefused(RemoteSignerFailure):
    """The server answers, and does not do what it was asked. `status` is HTTP's."""

    what = Text("The signer {host} refused (HTTP {status}).")
    next_step = Text(
        "Look at the server's log, its list of allowed hosts, and what it asks of clients."
    )

    def __init__(self, url: str, status: int, said: str) -> None:
        host = host_of(url)
        super().__init__(why=Text.verbatim(said) if said else None, host=host, status=status)
        self.status = status


class NotASigner(RemoteSignerFailure):
    """Somebody answers, but not as Web3Signer does."""

    what = Text("{host} does not answer as Web3Signer does.")
    next_step = Text("Correct the address; Web3Signer has to run in its mode eth1.")

    def __init__(self, url: str) -> None:
        host = host_of(url)
        super().__init__(host=host)


class UnknownKey(RemoteSignerFailure):
    """The server has no key of the address."""

    what = Text("The signer {host} has no key of {address}.")
    next_step = Text("Load the key into the server, or correct the address.")

    def __init__(self, url: str, address: ChecksumAddress) -> None:
        host = host_of(url)
        super().__init__(host=host, address=address)


class WrongSignature(RemoteSignerFailure):
    """What the server gave is not the signature of the address on what was to be signed."""

    what = Text("The signer {host} gave a signature that is not {address}'s.")
    why = Text("It was not used.")
    next_step = Text("The server, or something between, is at fault: have it investigated.")

    def __init__(self, url: str, address: ChecksumAddress) -> None:
        host = host_of(url)
        super().__init__(host=host, address=address)


class Web3SignerServer:
    """Web3Signer at an address, for instance `https://signer.example:9000`.

    Raises AccessUnfit where a secret would cross a network in clear. Several threads may use it.
    """

    def __init__(self, url: str, access: Access = NONE) -> None:
        access.check(url)
        self.url: Final = url.rstrip("/")
        self._access = access
        self._lock = threading.Lock()
        self._pool: urllib3.PoolManager | None = None

    def __repr__(self) -> str:
        return f"Web3SignerServer({host_of(self.url)})"

    def keys(self) -> Mapping[ChecksumAddress, str]:
        """The keys that it has: their addresses, and the identifiers that it goes by (the public
        key).

        Raises RemoteSignerFailure, AccessUnfit.
        """
        status, answer = self._ask("GET", "publicKeys")
        try:
            with bounded_recursion():
                listed = json.loads(answer)
        except (RecursionError, ValueError):
            listed = None
        if status == 404 or (status == 200 and not isinstance(listed, list)):
            raise NotASigner(self.url)
        if status != 200:
            raise SignerRefused(self.url, status, _said(answer))
        found = ((_address(identifier), identifier) for identifier in listed)
        return {address: identifier for address, identifier in found if address is not None}

    def signer(self, address: ChecksumAddress) -> "Web3Signer":
        """The signer of an address, whose key it has. Raises RemoteSignerFailure, AccessUnfit."""
        identifier = self.keys().get(address)
        if identifier is None:
            raise UnknownKey(self.url, address)
        return Web3Signer(self, address, identifier)

    def sign(self, identifier: str, data: bytes) -> tuple[int, bytes]:
        """HTTP status and body of the answer: on 200 r, s and v of a signature on the keccak-256
        of `data`, as hexadecimal digits.
        """
        body = json.dumps({"data": f"0x{data.hex()}"}).encode()
        return self._ask("POST", f"sign/{identifier}", body)

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        try:
            return self._once(method, path, body)
        except ProtocolError:
            pass  # it closed a connection that was kept; asked twice it signs the same
        try:
            return self._once(method, path, body)
        except ProtocolError:
            raise SignerUnreachable(self.url, _HUNG_UP) from None

    def _once(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        """Raises ProtocolError where the connection ends before the answer does."""
        try:
            response = self._opened().request(
                method,
                f"{self.url}/api/v1/eth1/{path}",
                body=body,
                timeout=_TIMEOUT,
                retries=False,
                redirect=False,
            )
            if response.status in (401, 403):
                with self._lock:
                    self._pool = None  # the token is read anew the next time
            return response.status, response.data
        except ProtocolError:
            raise
        except TLSError as error:
            raise SignerUnreachable(self.url, _untrusted(error)) from None
        except NewConnectionError:
            raise SignerUnreachable(self.url, _NOBODY) from None
        except (ReadTimeoutError, ConnectTimeoutError):
            raise SignerUnreachable(self.url, _SILENT) from None
        except (HTTPError, ValueError):
            raise SignerUnreachable(self.url, _NOBODY) from None

    def _opened(self) -> urllib3.PoolManager:
        with self._lock:
            if self._pool is None:
                self._pool = urllib3.PoolManager(
                    maxsize=_POOL,
                    headers={"Content-Type": "application/json", **self._access.headers()},
                    ssl_context=self._access.tls() if self.url.startswith("https:") else None,
                )
            return self._pool


class Web3Signer:
    """Signs with a key that a server has. `identifier` is the server's name for it."""

    def __init__(self, server: Web3SignerServer, address: ChecksumAddress, identifier: str) -> None:
        self._server = server
        self._identifier = identifier
        self.address: Final = address

    def __repr__(self) -> str:
        return f"Web3Signer({self.address}, {host_of(self._server.url)})"

    def sign_transaction(self, transaction: Unsigned) -> Signed:
        """Raises RemoteSignerFailure, AccessUnfit."""
        signed = _signed(transaction, self._sign(payload(transaction)), self.address)
        if signed is None:
            raise WrongSignature(self._server.url, self.address)
        return signed

    def sign_in(self, said: SignInText) -> bytes:
        """Raises RemoteSignerFailure, AccessUnfit."""
        return self.sign_message(said.text.encode(), said.chain_id)

    def sign_message(self, message: bytes, chain_id: int) -> bytes:
        """Raises RemoteSignerFailure, AccessUnfit."""
        answer = self._sign(personal_message(message))
        try:
            signature = bytes.fromhex(_digits(answer))
        except ValueError:
            signature = b""
        if signer_of_message(message, signature) != self.address:
            raise WrongSignature(self._server.url, self.address)
        return signature

    def _sign(self, data: bytes) -> bytes:
        url = self._server.url
        status, answer = self._server.sign(self._identifier, data)
        if status == 404:
            raise UnknownKey(url, self.address)
        if status != 200:
            raise SignerRefused(url, status, _said(answer))
        return answer


_NOBODY: Final = Text("Nothing answers at this address.")
_SILENT: Final = Text("It did not answer in time.")
_HUNG_UP: Final = Text("It ended the connection.")


def _untrusted(error: TLSError) -> Text:
    """What OpenSSL says, which names certificates and no secret."""
    cause = error.args[0] if error.args else error
    reason = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or cause
    return Text("TLS: {reason}", reason=reason)


def _signed(transaction: Unsigned, answer: bytes, address: ChecksumAddress) -> Signed | None:
    """The transaction with the answer's r, s and v (27 or 28) put in; None where that is no
    signature of the address.
    """
    try:
        given = bytes.fromhex(_digits(answer))
        signed = with_signature(transaction, given[:-1] + bytes([given[-1] - 27]))
        return signed if recover_signer(signed.raw).sender == address else None
    except (ValueError, IndexError):
        return None


def _digits(answer: bytes) -> str:
    return answer.decode("ascii").strip().removeprefix("0x")


def _address(identifier: object) -> ChecksumAddress | None:
    """The address of a public key of 64 bytes; None for what is none."""
    try:
        point = bytes.fromhex(str(identifier).removeprefix("0x"))
        return address_of_key(PublicKey(b"\x04" + point))
    except ValueError:
        return None


def _said(answer: bytes) -> str:
    """The beginning of what a server said, in one line."""
    return harmless(" ".join(answer[: 4 * _SAID].decode(errors="replace").split()))[:_SAID]
