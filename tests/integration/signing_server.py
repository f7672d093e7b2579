"""A server that speaks Web3Signer's `eth1` API, after Web3Signer's sources (24.x): the routes and
their statuses, the identifier (a public key of 64 bytes), the keccak-256 that it signs, r, s and v
as 27 or 28 in plain text, and its list of allowed hosts.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from coincurve import PrivateKey
from eth_hash.auto import keccak

SIGN = "/api/v1/eth1/sign/"


@dataclass
class Fault:
    """What goes wrong, on purpose, from now on."""

    signature: Callable[[bytes], bytes] | None = None  # another one than it is
    answer: tuple[int, str] | None = None  # whatever is asked
    hang_up: int = 0  # so many requests are not answered
    hang: threading.Event | None = None  # no answer before it is set


@dataclass
class SigningServer:
    """Runs as a context, on a free port. `host` is the one it listens to and lets be called."""

    keys: Iterable[bytes]
    tls: ssl.SSLContext | None = None
    token: str | None = None
    fault: Fault = field(default_factory=Fault)
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> "SigningServer":
        private = [PrivateKey(key) for key in self.keys]
        self.signers = {key.public_key.format(compressed=False)[1:].hex(): key for key in private}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        if self.tls is not None:
            self._http.socket = self.tls.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._http.server_port}"

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str, str]:
        """Status, kind and text."""
        if method == "GET" and path == "/upcheck":
            return 200, "text/plain; charset=utf-8", "OK"
        if method == "GET" and path == "/api/v1/eth1/publicKeys":
            return 200, "application/json", json.dumps([f"0x{each}" for each in self.signers])
        if method == "POST" and path.startswith(SIGN):
            return self._sign(path.removeprefix(SIGN).removeprefix("0x"), body)
        return 404, "text/html", "<html><body><h1>Resource not found</h1></body></html>"

    def _sign(self, identifier: str, body: bytes) -> tuple[int, str, str]:
        try:
            data = bytes.fromhex(json.loads(body)["data"].removeprefix("0x"))
        except (ValueError, KeyError, TypeError, AttributeError):
            return 400, "text/plain", "Bad Request"
        if identifier not in self.signers:
            return 404, "text/plain", "Not Found"
        signature = self.signers[identifier].sign_recoverable(keccak(data), hasher=None)
        signature = signature[:64] + bytes([27 + signature[64]])
        if self.fault.signature is not None:
            signature = self.fault.signature(signature)
        return 200, "text/plain; charset=utf-8", f"0x{signature.hex()}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # connections are kept
            wbufsize = -1  # an answer goes out whole

            def do_GET(self) -> None:
                self._reply(b"")

            def do_POST(self) -> None:
                self._reply(self.rfile.read(int(self.headers["Content-Length"])))

            def _reply(self, body: bytes) -> None:
                server.asked.append(f"{self.command} {self.path}")
                if server.fault.hang is not None:
                    server.fault.hang.wait()
                if server.fault.hang_up:
                    server.fault.hang_up -= 1
                    self.close_connection = True
                    return
                status, kind, text = self._what(body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def _what(self, body: bytes) -> tuple[int, str, str]:
                host = self.headers["Host"].split(":")[0]
                if host != "127.0.0.1":
                    return 403, "application/json", '{"message":"Host not authorized."}'
                if server.token and self.headers["Authorization"] != server.token:
                    return 401, "text/plain", "Unauthorized"
                if server.fault.answer is not None:
                    return server.fault.answer[0], "text/plain", server.fault.answer[1]
                return server.answer(self.command, self.path, body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
