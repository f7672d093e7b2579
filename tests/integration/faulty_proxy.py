"""A proxy before a node that does to its clients what networks and nodes do: it hangs up, hangs,
cuts answers, answers wrongly, or shows the chain as it was some blocks ago.
"""

import json
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from jp20.domain.transactions.transactions import recover_signer

Rpc = dict[str, Any]


class FaultyProxy:
    """Forwards to the node at `url`, but for its `fault`, which may be changed at any time.

    `fault` names one of the faults below, or is a function that draws one for a request's methods.
    `frozen` is the block that it pretends to be the newest; with `lag`, which says for each call
    how many blocks behind its answer is, it is several nodes behind one address. Of blocks before
    `forgotten` it finds no transaction by its hash; `version` is the program that it says to be.
    Transactions with a gas price below `minimum` it does not take. `allows` judges a request's
    headers.
    """

    def __init__(self, url: str, tls: ssl.SSLContext | None = None) -> None:
        self.node = urlsplit(url)
        self.tls = tls
        self.fault: str | Callable[[list[str]], str] = ""
        self.frozen: int | None = None
        self.lag: Callable[[], int] | None = None
        self.forgotten = 0
        self.version: str | None = None
        self.minimum = 0
        self.limit = 10**9  # calls in a batch
        self.most = 10**9  # bytes in a request
        self.allows: Callable[[dict[str, str]], bool] = lambda headers: True
        self.asked: list[str] = []  # methods, in the order of their coming
        self.requests = 0
        self.slow = 0.0  # seconds for a request with an eth_call
        self.released = threading.Event()
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listens, on the same port as before."""
        proxy = self

        class Handler(_Handler):
            pass

        Handler.proxy = proxy
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port = self._server.server_port
        if self.tls:
            self._server.socket = self.tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        """Refuses connections, and ends those that there are with their next request."""
        self.fault = "reset"
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    proxy: FaultyProxy

    def handle(self) -> None:
        with suppress(OSError):  # the client has gone, as it should
            super().handle()

    def do_POST(self) -> None:
        proxy = self.proxy
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        calls = asked if isinstance(asked, list) else [asked]
        proxy.requests += 1
        methods = [call["method"] for call in calls]
        proxy.asked += methods
        fault = proxy.fault if isinstance(proxy.fault, str) else proxy.fault(methods)
        if not proxy.allows(dict(self.headers)):
            self._answer(b"no", 401)
        elif fault == "reset":
            self.close_connection = True
        elif fault == "hang":
            proxy.released.wait(60)
            self.close_connection = True
        elif fault == "page":
            self._answer(b"<html>It works!</html>")
        elif fault == "other json":
            self._answer(b'{"status": "ok"}')
        elif fault.startswith("to "):
            self._answer(b"", 307, location=fault[3:])
        elif fault == "unavailable":
            self._answer(b"<html>Bad Gateway</html>", 502)
        elif fault == "limited":
            self._answer(json.dumps(_limited(asked)).encode(), 429)
        elif fault == "refused":
            self._answer(b"<html>Forbidden</html>", 403)
        elif int(self.headers["Content-Length"]) > proxy.most:
            self._answer(b"<html>Request Entity Too Large</html>", 413)
        elif len(calls) > proxy.limit:
            self._answer(json.dumps(self._too_many(calls)).encode())
        else:
            if proxy.slow and any(call["method"] == "eth_call" for call in calls):
                threading.Event().wait(proxy.slow)
            self._forward(fault, asked)

    def _too_many(self, calls: list[Rpc]) -> Any:
        if self.proxy.fault == "as Besu":
            error = {"code": -32005, "message": "Number of requests exceeds max batch size"}
            return {"jsonrpc": "2.0", "id": None, "error": error}
        error = {"code": -32600, "message": "batch too large"}
        return [{"jsonrpc": "2.0", "id": calls[0]["id"], "error": error}]

    def _forward(self, fault: str, asked: Any) -> None:
        calls = asked if isinstance(asked, list) else [asked]
        newest = self._newest_of(calls)
        for call in calls:
            if call["id"] in newest:
                tag = hex(newest[call["id"]])
                call["params"] = [tag if each == "latest" else each for each in call["params"]]
        underpriced = [call["id"] for call in calls if self._is_underpriced(call)]
        for call in calls:
            if call["id"] in underpriced:
                call["method"], call["params"] = "eth_chainId", []
        found = self._ask_node(asked)
        answers = found if isinstance(found, list) else [found]
        methods = {call["id"]: call["method"] for call in calls}
        for answer in answers:
            if answer["id"] in underpriced:
                del answer["result"]
                answer["error"] = {"code": -32000, "message": "transaction underpriced"}
            self._changed(fault, methods.get(answer["id"], ""), answer, newest.get(answer["id"]))
        body = json.dumps(found).encode()
        if fault == "late":
            self.proxy.released.wait(60)
        if fault in ("lost", "late"):
            self.close_connection = True
        elif fault == "cut":
            self._answer(body, cut=len(body) // 2)
        else:
            self._answer(body)

    def _newest_of(self, calls: list[Rpc]) -> dict[int, int]:
        """The newest block for each call, where it is not the node's."""
        proxy = self.proxy
        if proxy.frozen is not None:
            return {call["id"]: proxy.frozen for call in calls}
        if proxy.lag is None:
            return {}
        asked = {"jsonrpc": "2.0", "id": 0, "method": "eth_blockNumber", "params": []}
        head = int(self._ask_node(asked)["result"], 16)
        return {call["id"]: max(0, head - proxy.lag()) for call in calls}

    def _ask_node(self, asked: Any) -> Any:
        node = HTTPConnection(self.proxy.node.hostname or "", self.proxy.node.port, timeout=60)
        try:
            node.request(
                "POST", "/", json.dumps(asked).encode(), {"Content-Type": "application/json"}
            )
            return json.loads(node.getresponse().read())
        finally:
            node.close()

    def _is_underpriced(self, call: Rpc) -> bool:
        if call["method"] != "eth_sendRawTransaction" or not self.proxy.minimum:
            return False
        raw = bytes.fromhex(call["params"][0][2:])
        return recover_signer(raw).transaction.gas_price < self.proxy.minimum

    def _changed(self, fault: str, method: str, answer: Rpc, frozen: int | None) -> None:
        if fault == "taken, error" and method == "eth_sendRawTransaction":
            answer.pop("result", None)
            answer["error"] = {"code": -32603, "message": "internal error"}
        if fault == "other id":
            answer["id"] += 1000
        if fault == "other chain" and method == "eth_chainId":
            answer["result"] = hex(5)
        if frozen is not None and method == "eth_blockNumber":
            answer["result"] = hex(frozen)
        there = answer.get("result")
        if method == "web3_clientVersion" and self.proxy.version is not None:
            answer["result"] = self.proxy.version
        if fault == "one more" and method == "eth_call" and len(there or "") == 66:
            answer["result"] = f"0x{int(there, 16) + 1:064x}"
        by_hash = method in ("eth_getTransactionReceipt", "eth_getTransactionByHash")
        mined_in = there["blockNumber"] if by_hash and there else None
        if mined_in and int(mined_in, 16) < self.proxy.forgotten:
            answer["result"] = None
        if frozen is not None and isinstance(there, dict):
            block = there.get("number") or there.get("blockNumber")
            if block and int(block, 16) > frozen:
                answer["result"] = None

    def _answer(
        self, body: bytes, status: int = 200, cut: int | None = None, location: str = ""
    ) -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])
        if cut is not None:
            self.close_connection = True

    def log_message(self, *arguments: object) -> None:
        pass


def _limited(asked: Any) -> Any:
    """How a gateway says in an answer of JSON-RPC that it was asked too often."""
    error = {"code": -32005, "message": "request rate exceeded"}
    answers = [
        {"jsonrpc": "2.0", "id": call["id"], "error": error}
        for call in (asked if isinstance(asked, list) else [asked])
    ]
    return answers if isinstance(asked, list) else answers[0]
