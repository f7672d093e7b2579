"""A member's system that takes webhooks: it verifies them as docs/api.md says, and may fail."""

import datetime
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)

COVERED = ("@method", "@target-uri", "content-type", "content-digest")


@dataclass
class Sent:
    """A request as it came."""

    url: str
    headers: Any
    body: bytes
    method: str = "POST"


class Keys(HTTPSignatureKeyResolver):
    """The server's keys, as its JWK set has them."""

    def __init__(self, jwks: dict[str, Any]) -> None:
        import base64

        self.keys = {
            each["kid"]: Ed25519PublicKey.from_public_bytes(
                base64.urlsafe_b64decode(each["x"] + "=")
            )
            for each in jwks["keys"]
        }

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        return self.keys[key_id]

    def resolve_private_key(self, key_id: str) -> None:
        raise NotImplementedError


def verify(keys: Keys, sent: Sent) -> str:
    """The nonce of a request that is signed; InvalidSignature where it is not, or is too old."""
    (found,) = HTTPMessageVerifier(
        signature_algorithm=algorithms.ED25519, key_resolver=keys
    ).verify(
        sent,
        max_age=datetime.timedelta(minutes=5),
        expect_tag="jp20-feed",
        require_components=COVERED,
        body=sent.body,
    )
    assert found.nonce is not None
    return found.nonce


@dataclass
class Receiver:
    """Runs as a context, on a port. `answers` are the statuses of the next requests; then 204."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    delay: float = 0.0
    sent: list[Sent] = field(default_factory=list)
    taken: list[Sent] = field(default_factory=list)

    def __enter__(self) -> "Receiver":
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                url = f"http://{self.headers['Host']}{self.path}"
                one = Sent(url, self.headers, body)
                receiver.sent.append(one)
                time.sleep(receiver.delay)
                status = receiver.answers.pop(0) if receiver.answers else 204
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.send_header("Location", "/elsewhere")
                    self.end_headers()
                except OSError:
                    return
                if status < 300:
                    receiver.taken.append(one)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/feed?from=jp20"

    def events(self, taken: bool = True) -> list[dict[str, Any]]:
        """In the order in which they came; some may be there twice."""
        return [
            event
            for sent in (self.taken if taken else self.sent)
            for event in json.loads(sent.body)["events"]
        ]


def until(fulfilled: Callable[[], bool], seconds: float = 120.0) -> None:
    """Waits for something."""
    ends = time.monotonic() + seconds
    while not fulfilled():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.05)


__all__ = ["COVERED", "InvalidSignature", "Keys", "Receiver", "Sent", "httpx", "until", "verify"]
