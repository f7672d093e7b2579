"""Who asks: an organisation, by a signature of one of its keys, for a few minutes at a time.

There is no user database. A nonce is known by its seal and remembered only once it was used; a
token is remembered by its hash, in memory: who ends the server ends all tokens. The key is asked
for on the chain at every request: a token ends when its key is revoked (S5, G17).
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from eth_typing import ChecksumAddress

from jp20.domain.transactions.sign_in import check_sign_in, parse_sign_in, require_signature
from jp20.operations.session import NoOrganisationKey
from jp20.web.errors import NonceUnfit, NotSignedIn

NONCE_SECONDS: Final = 300
TOKEN_SECONDS: Final = 900

MOST_TOKENS: Final = 100
"""Of one organisation at a time; another one ends the oldest."""

_SEAL: Final = 32


@dataclass(frozen=True, slots=True)
class ServedAt:
    """Where the server is, for those who call it: the URL that a text to sign in with names, and
    the chain.
    """

    url: str
    chain_id: int

    @property
    def scheme(self) -> str:
        return urlsplit(self.url).scheme

    @property
    def domain(self) -> str:
        return urlsplit(self.url).netloc


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a key, and the number of its organisation. `until` is unix seconds."""

    key: ChecksumAddress
    organisation: int
    until: int


class Desk:
    """Gives out nonces and tokens. Several threads may use it.

    `organisation_of` gives the number of an active key's organisation, or raises
    NoOrganisationKey.
    """

    def __init__(
        self,
        place: ServedAt,
        organisation_of: Callable[[ChecksumAddress], int],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.place: Final = place
        self._organisation_of = organisation_of
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._used: dict[str, int] = {}
        self._tokens: dict[bytes, Caller] = {}

    def nonce(self) -> tuple[str, int]:
        """A nonce, and until when it holds, unix seconds."""
        until = int(self._clock()) + NONCE_SECONDS
        body = f"{until:010x}{secrets.token_hex(12)}"
        return body + self._seal(body), until

    def sign_in(self, text: str, signature: bytes) -> tuple[str, Caller]:
        """A token for whoever signed a text of EIP-4361. Raises SignInRefused, NonceUnfit,
        NoOrganisationKey.
        """
        now = int(self._clock())
        said = parse_sign_in(text)
        place = self.place
        check_sign_in(said, place.scheme, place.domain, place.url, place.chain_id, now)
        until = self._require_own(said.nonce, now)
        require_signature(text, said.address, signature)
        organisation = self._organisation_of(said.address)
        ends = min(now + TOKEN_SECONDS, said.expires_at or 0)
        caller = Caller(said.address, organisation, ends)
        token = secrets.token_urlsafe(32)
        with self._lock:
            if said.nonce in self._used:
                raise NonceUnfit
            self._forget(now)
            self._used[said.nonce] = until
            self._tokens[_hash(token)] = caller
        return token, caller

    def caller(self, token: str) -> Caller:
        """Whose token it is. Raises NotSignedIn."""
        with self._lock:
            found = self._tokens.get(_hash(token))
        if found is None or self._clock() >= found.until:
            raise NotSignedIn
        try:
            organisation = self._organisation_of(found.key)
        except NoOrganisationKey:
            self.sign_out(token)
            raise NotSignedIn from None
        if organisation != found.organisation:
            raise NotSignedIn
        return found

    def sign_out(self, token: str) -> None:
        """Ends a token."""
        with self._lock:
            self._tokens.pop(_hash(token), None)

    def _seal(self, body: str) -> str:
        return hmac.digest(self._secret, body.encode(), "sha256").hex()[:_SEAL]

    def _require_own(self, nonce: str, now: int) -> int:
        """Until when a nonce of this server holds. Raises NonceUnfit."""
        body, seal = nonce[:-_SEAL], nonce[-_SEAL:]
        if not hmac.compare_digest(self._seal(body), seal):
            raise NonceUnfit
        until = int(body[:10], 16)
        if now >= until:
            raise NonceUnfit
        return until

    def _forget(self, now: int) -> None:
        """Drops what has ended, and of each organisation what it has too much of."""
        self._used = {nonce: until for nonce, until in self._used.items() if now < until}
        living = {key: each for key, each in self._tokens.items() if now < each.until}
        for organisation in {each.organisation for each in living.values()}:
            own = [key for key, each in living.items() if each.organisation == organisation]
            for key in own[: -(MOST_TOKENS - 1)]:
                del living[key]
        self._tokens = living


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
