"""A node of a chain that is made up: a Consortium, a platform and a token whose units move, 100
transfers a transaction, a transaction a block. It answers as fast as it can, in a process of its
own.

    python -m bench.synthetic_chain EVENTS HOLDERS      prints its port
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from eth_abi.abi import encode
from eth_hash.auto import keccak

from jp20.chain.contracts.events import (
    EventDecoder,
    consortium_events,
    platform_events,
    token_events,
)
from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.register.events import Transfer
from jp20.domain.token.term_sheet import parse_term_sheet

CHAIN_ID: Final = 20_200
A_TRANSACTION: Final = 100
SUPPLY: Final = 10**15
FIRST_UNITS: Final = 10**6
FOUNDING: Final = 1
"""The block in which Consortium, platform and token are there."""

CONSORTIUM: Final = address_of(0xC0)
PLATFORM: Final = address_of(0xB1)
TOKEN: Final = address_of(0x70)
ISSUER: Final = address_of(0x15E5)

_TIME: Final = 1_800_000_000
_SHEET: Final = Path(__file__).resolve().parents[1] / "examples/term-sheets/qualified-bond.toml"


def holder(number: int) -> int:
    """The address of a holder, as a number."""
    return (number + 1) * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**160


def transfer(event: int, holders: int) -> tuple[int, int, int]:
    """Who gives whom how many units: first everybody gets some from the issuer, then units go from
    one to another.
    """
    if event < holders:
        return 0x15E5, holder(event), FIRST_UNITS
    mixed = event * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    giver, taker = mixed % holders, (mixed >> 24) % holders
    return holder(giver), holder(taker), 1 + (mixed >> 50) % 9


class SyntheticChain:
    """The chain's answers."""

    def __init__(self, events: int, holders: int) -> None:
        self.holders: Final = holders
        self.newest: Final = FOUNDING + -(-events // A_TRANSACTION)

    def answer(self, method: str, params: list[Any]) -> str:
        """What a node answers, as JSON."""
        match method, params:
            case "eth_chainId", _:
                return f'"{CHAIN_ID:#x}"'
            case "eth_blockNumber", _:
                return f'"{self.newest:#x}"'
            case "eth_getBlockByNumber", [tag, _]:
                number = self.newest if tag == "latest" else int(tag, 16)
                return self.block(number) if number <= self.newest else "null"
            case "eth_getLogs", [asked]:
                if TOKEN not in asked["address"] and CONSORTIUM not in asked["address"]:
                    return "[]"
                blocks = range(int(asked["fromBlock"], 16), int(asked["toBlock"], 16) + 1)
                with_token = TOKEN in asked["address"]
                with_others = CONSORTIUM in asked["address"]
                return f"[{','.join(self._logs(blocks, with_token, with_others))}]"
            case "web3_clientVersion", _:
                return '"synthetic"'
        return "null"

    def block(self, number: int) -> str:
        """A block's head."""
        return json.dumps(
            {
                "number": hex(number),
                "hash": block_hash(number),
                "parentHash": block_hash(number - 1),
                "timestamp": hex(_TIME + number),
                "gasLimit": hex(10**8),
                "transactions": [],
            }
        )

    def _logs(self, blocks: range, with_token: bool, with_others: bool) -> Iterator[str]:
        for number in blocks:
            if number == FOUNDING:
                for log in founding():
                    if with_others if log["address"] != TOKEN else with_token:
                        yield json.dumps(log)
            elif number > FOUNDING and with_token:
                yield self._moved(number)

    def _moved(self, block: int) -> str:
        topic, words = _transfer_topic(), []
        first = (block - FOUNDING - 1) * A_TRANSACTION
        head = (
            f'{{"address":"{TOKEN.lower()}","blockHash":"{block_hash(block)}",'
            f'"blockNumber":"{block:#x}","blockTimestamp":"{_TIME + block:#x}",'
            f'"transactionHash":"{transaction_hash(block)}","transactionIndex":"0x0",'
            f'"removed":false,"topics":["{topic}","0x'
        )
        for log in range(A_TRANSACTION):
            giver, taker, units = transfer(first + log, self.holders)
            words.append(
                f'{head}{giver:064x}","0x{taker:064x}"],"data":"0x{units:064x}","logIndex":"{log:#x}"}}'
            )
        return ",".join(words)


def founding() -> list[dict[str, Any]]:
    """The logs of the first block with any: platform and token registered, the token made, its
    units issued.
    """
    terms = replace(parse_term_sheet(_SHEET.read_bytes(), "t").terms, issuer_account=ISSUER)
    made = [
        (CONSORTIUM, *_said(consortium_events(), "TargetRegistered", PLATFORM, 2, ZERO_ADDRESS)),
        (CONSORTIUM, *_said(consortium_events(), "TargetRegistered", TOKEN, 3, TOKEN)),
        (TOKEN, *_said(token_events(), "TermsSet", _tuple(terms))),
        (
            PLATFORM,
            *_said(platform_events(), "TokenCreated", TOKEN, 1, terms.code, 1, 2, bytes(32)),
        ),
        (TOKEN, *_said(token_events(), "Transfer", ZERO_ADDRESS, ISSUER, SUPPLY)),
    ]
    return [
        {
            "address": address,
            "blockHash": block_hash(FOUNDING),
            "blockNumber": hex(FOUNDING),
            "blockTimestamp": hex(_TIME + FOUNDING),
            "transactionHash": transaction_hash(FOUNDING),
            "transactionIndex": "0x0",
            "removed": False,
            "topics": [f"0x{each.hex()}" for each in topics],
            "data": f"0x{data.hex()}",
            "logIndex": hex(place),
        }
        for place, (address, topics, data) in enumerate(made)
    ]


def block_hash(number: int) -> str:
    return f"0x{keccak(f'block {number}'.encode()).hex()}"


def transaction_hash(block: int) -> str:
    return f"0x{keccak(f'transaction {block}'.encode()).hex()}"


@cache
def _transfer_topic() -> str:
    return f"0x{token_events().topic(Transfer).hex()}"


def _tuple(terms: Any) -> tuple[Any, ...]:
    return tuple(getattr(terms, name) for name in terms.__dataclass_fields__)


def _said(decoder: EventDecoder, name: str, *values: object) -> tuple[list[bytes], bytes]:
    """Topics and data of an event."""
    event = next(each for each in decoder._interface.events.values() if each.name == name)
    topics, kinds, plain = [event.topic], [], []
    for kind, indexed, value in zip(event.inputs, event.indexed, values, strict=True):
        if indexed:
            topics.append(encode([kind], [value]))
        else:
            kinds.append(kind)
            plain.append(value)
    return topics, encode(kinds, plain)


def serve(chain: SyntheticChain) -> ThreadingHTTPServer:
    """A server that answers for the chain."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            each_one = asked if isinstance(asked, list) else [asked]
            answers = [
                f'{{"jsonrpc":"2.0","id":{each["id"]},'
                f'"result":{chain.answer(each["method"], each.get("params", []))}}}'
                for each in each_one
            ]
            body = f"[{','.join(answers)}]" if isinstance(asked, list) else answers[0]
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


if __name__ == "__main__":
    events, holders = (int(each) for each in sys.argv[1:])
    server = serve(SyntheticChain(events, holders))
    print(server.server_address[1], flush=True)
    server.serve_forever()
