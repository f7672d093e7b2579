"""The operator's channel of a node: what moves a validator, and what only its operator sees.

It is a socket file that only the node's user can open (geth, GoQuorum), or a WebSocket port on the
node's own machine (Besu). The RPC that clients use has none of it.
"""

import json
import socket
from pathlib import Path
from typing import Any, Final

from jp20.chain.rpc.connection import NodeRefused
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.recursion import bounded_recursion
from jp20.domain.base.text import Text
from jp20.network.network_file import Consensus, NetworkFile, NetworkNode
from jp20.network.node_files import DATA

PATIENCE: Final = 20.0
"""Seconds to wait for an answer."""

_PIECE: Final = 65_536


class NoOperatorChannel(JP20Error):
    """The node's operator's channel cannot be used from here."""

    what = Text("The operator's channel {where} does not answer.")
    next_step = Text("Work on the node's own machine, as the user whom it runs as, while it runs.")

    def __init__(self, where: str, why: str) -> None:
        super().__init__(why=Text.verbatim(why), where=where)


class OperatorChannel:
    """Calls to a node on this machine. `address` is its socket file, or a ws:// address."""

    def __init__(self, address: Path | str) -> None:
        self._address = address

    def __repr__(self) -> str:
        return f"OperatorChannel({self._address})"

    def rpc(self, method: str, *params: object) -> Any:
        """One call. Raises NoOperatorChannel, NodeRefused."""
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        try:
            said = (
                _over_socket(self._address, request)
                if isinstance(self._address, Path)
                else _over_websocket(self._address, request)
            )
            with bounded_recursion():
                answer: dict[str, Any] = json.loads(said)
        except (OSError, RecursionError, ValueError) as error:
            raise NoOperatorChannel(
                str(self._address), str(error) or type(error).__name__
            ) from None
        if answer.get("error") is not None:
            raise NodeRefused(method, answer["error"])
        return answer.get("result")


def operator_channel(network: NetworkFile, node: NetworkNode, folder: Path) -> OperatorChannel:
    """That of a node whose folder (`folder`/its name) is on this machine."""
    if network.consensus is Consensus.BESU_QBFT:
        return OperatorChannel(f"ws://127.0.0.1:{node.operator}")
    return OperatorChannel(folder / node.name / DATA / "geth.ipc")


def _over_socket(file: Path, request: str) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
        channel.settimeout(PATIENCE)
        channel.connect(str(file))
        channel.sendall(request.encode())
        said = b""
        while True:
            piece = channel.recv(_PIECE)
            if not piece:
                raise ValueError("closed before the answer was whole")
            said += piece
            # An answer ends with its line, and JSON has no bare line break in it.
            if said.endswith(b"\n"):
                return said.decode()


def _over_websocket(address: str, request: str) -> str:
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    try:
        with connect(address, open_timeout=PATIENCE, max_size=None) as channel:
            channel.send(request)
            said = channel.recv(PATIENCE)
    except WebSocketException as error:
        raise OSError(str(error)) from None
    return said if isinstance(said, str) else said.decode()
