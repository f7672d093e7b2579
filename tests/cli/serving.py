"""`jp20 serve` as a program of its own on a real port, and its clients."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from jp20.chain.signing.signers import KeySigner
from jp20.domain.transactions.sign_in import SignInText

WAIT = 120.0
"""Seconds: a busy machine takes long to start a program."""


_NUMBERS = count(1)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


HTTP = httpx.Client(timeout=WAIT)
"""One for all: each makes its TLS anew."""


@dataclass
class Server:
    """A server that runs, and what it said."""

    url: str
    process: "subprocess.Popen[str]"
    said: list[str] = field(default_factory=list)

    def nonce(self) -> dict[str, Any]:
        answer = HTTP.post(f"{self.url}/sign-in/nonces")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def text(self, key: KeySigner, **changes: Any) -> SignInText:
        """What the key has to sign, with changes."""
        asked, now = self.nonce(), int(time.time())
        fields: dict[str, Any] = {
            "domain": asked["domain"],
            "address": key.address,
            "uri": asked["uri"],
            "chain_id": asked["chain_id"],
            "nonce": asked["nonce"],
            "issued_at": now,
            "expires_at": now + 600,
        }
        return SignInText(**(fields | changes))

    def present(self, text: str, signature: bytes, **headers: str) -> httpx.Response:
        return HTTP.post(
            f"{self.url}/sign-in/tokens",
            json={"message": text, "signature": f"0x{signature.hex()}"},
            headers=headers,
        )

    def sign_in(self, key: KeySigner) -> "Client":
        said = self.text(key)
        answer = self.present(said.text, key.sign_in(said))
        assert answer.status_code == 201, answer.text
        return Client(self.url, answer.json()["token"])

    def end(self) -> int:
        """Ends it as an operator does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WAIT)


@dataclass(frozen=True)
class Client:
    """Somebody who is signed in."""

    url: str
    token: str

    @property
    def header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def ask(self, path: str, **headers: str) -> httpx.Response:
        return HTTP.get(self.url + path, headers=self.header | headers)

    def json(self, path: str) -> dict[str, Any]:
        answer = self.ask(path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def settings(folder: Path, serve: str) -> Path:
    """The folder's settings with lines under [serve], in another file of the folder."""
    file = folder / f"serve-{next(_NUMBERS)}.toml"
    file.write_text(f"{(folder / 'jp20.toml').read_text('utf-8')}\n[serve]\n{serve}\n", "utf-8")
    return file


@contextmanager
def serving(folder: Path, more: str = "", rate: int = 60_000) -> Iterator[Server]:
    """Runs `jp20 serve` in a folder, with more lines under [serve]."""
    url = f"http://127.0.0.1:{free_port()}"
    file = settings(folder, f'url = "{url}"\nlisten = "{url[7:]}"\nrate = {rate}\n{more}')
    process = subprocess.Popen(
        [sys.executable, "-m", "jp20", "--config", file.name, "serve"],
        cwd=folder,
        env={**os.environ, "JP20_LANG": "en"},
        stderr=subprocess.PIPE,
        text=True,
    )
    server = Server(url, process)
    listening = threading.Event()

    def listen() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            server.said.append(line)
            if "listening on" in line:
                listening.set()
        listening.set()

    reader = threading.Thread(target=listen)
    reader.start()
    try:
        assert listening.wait(WAIT)
        assert process.poll() is None, "".join(server.said)
        yield server
    finally:
        if process.poll() is None:
            server.end()
        reader.join()
