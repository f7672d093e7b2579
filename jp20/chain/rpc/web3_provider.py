"""web3 on a connection's nodes. A module of its own, since web3 takes a second to import."""

import json
from typing import Any, cast

from web3 import Web3
from web3.middleware import ExtraDataToPOAMiddleware
from web3.providers import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from jp20.chain.rpc.connection import Connection
from jp20.chain.rpc.node_errors import NodeFailure


class _Provider(JSONBaseProvider):
    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        return self._answers([(method, params)])[0]

    def make_batch_request(
        self, requests: list[tuple[RPCEndpoint, Any]]
    ) -> list[RPCResponse] | RPCResponse:
        return self._answers(requests)

    def is_connected(self, show_traceback: bool = False) -> bool:
        try:
            self._connection.block_number()
        except NodeFailure:
            if show_traceback:
                raise
            return False
        return True

    def _answers(self, requests: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse]:
        plain = json.loads(Web3.to_json({"requests": requests}))["requests"]  # bytes as hex
        return cast(list[RPCResponse], self._connection.answers(plain))


def web3_through(connection: Connection) -> Web3:
    """web3 whose calls go through a connection, and fail as its do."""
    web3 = Web3(_Provider(connection))
    web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
    return web3
