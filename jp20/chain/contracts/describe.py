"""What a transaction would do, in words: read from its own bytes, with the ABIs that the package
carries, on a machine that need not know any chain.

A function is known by its selector, whichever contract it is called on: the address is shown beside
it, and whether it is the one that is meant, is for whoever signs to know.
"""

from functools import cache
from typing import Final

from jp20.chain.contracts.abi import Decoded, Interface
from jp20.chain.contracts.contract import artifact, token_interface
from jp20.domain.governance.deployment import CONTRACTS
from jp20.domain.governance.requests import Request
from jp20.domain.transactions.transactions import Unsigned

_UNKNOWN: Final = "?"

_LOADER: Final = 32
"""Bytes that may stand before a contract's code, where it is stored and not run."""


def describe(transaction: Unsigned) -> str:
    """The function and its arguments, or which contract is deployed; "?" and the selector where
    the package does not know it.

    A call inside a call (a request's) and a request's fields are put in words too.
    """
    if transaction.to is None:
        return f"deploy({_deployed(transaction.data)})"
    return _call(transaction.data)


def request_unseen(transaction: Unsigned) -> Request | None:
    """The request that a transaction proposes or signs without its calls being in the bytes: of
    them there is a root only. None where there is none such.
    """
    decoded = None if transaction.to is None else _decoded(transaction.data)
    if decoded is None or decoded.name not in ("propose", "sign") or decoded.arguments.get("data"):
        return None
    request = decoded.arguments.get("request")
    return Request(*request) if isinstance(request, tuple) else None


def interface_with(selector: bytes) -> Interface | None:
    """Of the package's contracts the one that has a function."""
    return next((each for each in _interfaces() if each.by_selector(selector)), None)


def _call(data: bytes) -> str:
    decoded = _decoded(data)
    if decoded is None:
        return f"{_UNKNOWN} 0x{data[:4].hex()}, {len(data)} bytes"
    arguments = {name: _argument(name, value) for name, value in decoded.arguments.items()}
    return str(Decoded(decoded.name, arguments))


def _argument(name: str, value: object) -> object:
    if name == "data" and isinstance(value, bytes) and _decoded(value) is not None:
        return _call(value)
    if name == "request" and isinstance(value, tuple):
        return _request(Request(*value))
    return value


def _request(request: Request) -> str:
    case = request.case_id.rstrip(b"\0").decode(errors="replace")
    said = {
        "function": _function(request.selector),
        "target": request.target,
        "calls": request.calls,
        "root": request.root,
        "case": case,
        "document": request.document_hash,
        "parties": request.parties,
        "rule": f"0x{request.rule:x}",
    }
    return str(Decoded("", said))


def _function(selector: bytes) -> str:
    found = (
        item.name
        for interface in _interfaces()
        for item in interface.functions.values()
        if item.selector == selector
    )
    return next(found, f"{_UNKNOWN} 0x{selector.hex()}")


def _decoded(data: bytes) -> Decoded | None:
    return next((found for each in _interfaces() if (found := each.decode_call(data))), None)


def _deployed(data: bytes) -> str:
    """The contract whose code it is, and its constructor's arguments as they stand there."""
    for name in CONTRACTS:
        code = artifact(name).bytecode
        before, found, arguments = data.partition(code)
        if found and len(before) <= _LOADER:
            return f"{name}{(arguments and f', 0x{arguments.hex()}') or ''}"
    return f"{_UNKNOWN} {len(data)} bytes"


@cache
def _interfaces() -> tuple[Interface, ...]:
    return (token_interface(), artifact("Platform").interface, artifact("Consortium").interface)
