"""Signing in at another organisation's `jp20 serve` with a key of one's own (G34, S5)."""

import json
from dataclasses import dataclass
from pathlib import Path
from time import time as clock
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3

from jp20.chain.new_files import PRIVATE, write_new
from jp20.chain.rpc.access import Access
from jp20.chain.rpc.node_errors import host_of
from jp20.chain.signing.signers import Signer
from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.recursion import bounded_recursion
from jp20.domain.base.text import Text
from jp20.domain.files.letters import harmless
from jp20.domain.transactions.sign_in import SignInText, parse_sign_in

_TIMEOUT: Final = urllib3.Timeout(connect=5.0, read=30.0)
_MOST: Final = 65_536
_HOLDS: Final = 240
"""Seconds that the text holds, of the nonce's 300."""


class ServerUnreachable(JP20Error):
    """Nobody answers at the URL, or not by HTTP."""

    what = Text("The server {host} cannot be reached.")
    next_step = Text("Check the URL, the certificates, and whether the server runs.")

    def __init__(self, url: str, why: str) -> None:
        super().__init__(why=Text.verbatim(why), host=host_of(url))


class ServerRefused(JP20Error):
    """The server does not sign the key in. It says why."""

    what = Text("The server {host} refused: {said}")
    next_step = Text("Use an active key of an organisation of this consortium.")

    def __init__(self, url: str, said: str) -> None:
        super().__init__(host=host_of(url), said=said)


class NotAServer(JP20Error):
    """What answers is not `jp20 serve`, or serves another URL or chain than was asked for. Nothing
    was signed.
    """

    what = Text("{host} is not what you meant to sign in to. Nothing was signed.")
    next_step = Text("Name the URL that the organisation gave you: jp20 api token URL")

    def __init__(self, url: str, why: Text) -> None:
        super().__init__(why=why, host=host_of(url))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A token, in no representation; the number of the organisation, and until when, unix
    seconds.
    """

    token: str
    organisation: int
    until: int

    def __repr__(self) -> str:
        return f"SignedIn({self.organisation}, {self.until})"


def sign_in(url: str, signer: Signer, chain_id: int, access: Access) -> SignedIn:
    """Signs a text of EIP-4361 for a server, and gets a token for it.

    The server has to name the URL that was asked for, and the chain. Raises ServerUnreachable,
    ServerRefused, NotAServer, AccessUnfit, and what the signer raises.
    """
    url = url.rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc:
        raise BadArgument(
            Text("URL: {url} is not the address of a server.", url=harmless(url)),
            next_step=Text("Write it like https://books.example"),
        )
    context = access.tls() if parts.scheme == "https" else None
    with urllib3.PoolManager(ssl_context=context) as pool:
        asked = _ask(pool, url, "nonces", {})
        said = _text(url, asked, signer, chain_id)
        content = {"message": said.text, "signature": f"0x{signer.sign_in(said).hex()}"}
        given = _ask(pool, url, "tokens", content)
    try:
        return SignedIn(
            str(given["token"]), int(given["organisation"]), int(given["until"]["unix"])
        )
    except (KeyError, TypeError, ValueError):
        raise NotAServer(url, _OTHER_PROGRAM) from None


def save_token(file: Path, signed_in: SignedIn) -> None:
    """Writes the header that has the token into a new file that only its owner reads, as curl takes
    it (`-H @FILE`). Raises FileExists, CannotWrite.
    """
    write_new(file, f"Authorization: Bearer {signed_in.token}\n".encode(), PRIVATE)


_OTHER_PROGRAM: Final = Text("It does not answer as jp20 serve does.")


def _text(url: str, asked: dict[str, Any], signer: Signer, chain_id: int) -> SignInText:
    """Raises NotAServer."""
    if asked.get("uri") != url or asked.get("domain") != urlsplit(url).netloc:
        raise NotAServer(url, Text("It serves another URL than this."))
    if asked.get("chain_id") != chain_id:
        raise NotAServer(url, Text("It serves another chain than that of your jp20.toml."))
    now = int(clock())
    nonce = str(asked.get("nonce"))
    said = SignInText(urlsplit(url).netloc, signer.address, url, chain_id, nonce, now, now + _HOLDS)
    try:
        parse_sign_in(said.text)
    except JP20Error:
        raise NotAServer(url, _OTHER_PROGRAM) from None
    return said


def _ask(pool: urllib3.PoolManager, url: str, noun: str, content: dict[str, str]) -> dict[str, Any]:
    """Raises ServerUnreachable, ServerRefused, NotAServer."""
    try:
        response = pool.request(
            "POST",
            f"{url}/sign-in/{noun}",
            body=json.dumps(content).encode(),
            headers={"Content-Type": "application/json", "Accept-Language": "en"},
            timeout=_TIMEOUT,
            retries=False,
            redirect=False,
            preload_content=False,
        )
        body = response.read(_MOST)
        response.close()
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise ServerUnreachable(url, type(error).__name__) from None
    try:
        with bounded_recursion():
            found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotAServer(url, _OTHER_PROGRAM)
    if response.status not in (200, 201):
        said = " ".join(str(found.get(each) or "") for each in ("title", "detail"))
        raise ServerRefused(url, harmless(said)[:300])
    return found
