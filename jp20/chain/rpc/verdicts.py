"""What a node's answer says about a transaction that it was handed (G2).

There are three cases and no others: it took it; it refused it for good; or nobody knows. The third
is whatever is not known to be one of the first two: a gateway may have forwarded what it answers
with an error of its own, and a node may put into its pool later what it answered with a time-out.
So the same bytes, with the same nonce, are what follows, until the chain itself answers.
"""

import re
from typing import Any, Final

from jp20.chain.rpc.node_errors import NodeRefused

_UNKNOWN_CODES: Final = frozenset(
    (
        -32603,  # internal error: JSON-RPC's, and every gateway's
        -32700,  # what was sent arrived as something else
        -32005,  # a limit: of a rate (EIP-1474)
        429,  # the same in words of HTTP
    )
)
"""Codes that say nothing about the transaction, whatever the words beside them."""

_DEFINITIVE: Final = re.compile(
    "|".join(
        (
            r"insufficient funds",  # geth, anvil, Ganache
            r"(transaction )?upfront cost exceeds account balance",  # Besu
            r"intrinsic gas",
            r"(transaction gas limit )?exceeds block gas limit",
            r"transaction underpriced",
            r"gas price (too low|below)",
            r"replacement transaction underpriced",
            r"tx fee \S+ ether \S+ exceeds the configured cap",
            r"invalid (sender|signature|chain id)",
            r"wrong chain id",
            r"oversized data",
            r"max initcode size exceeded",
            r"sender account not authorized",
        )
    ),
    re.IGNORECASE,
)
"""What nodes say of a transaction that they looked at and did not take, at the beginning of what
they say. A nonce that is too low or too high is not among it: our own bytes may have used it.
"""

_RATE_CODES: Final = frozenset((429, -32029))
_RATE: Final = re.compile(
    r"rate.?limit|request rate|too many requests|(per |/)second|request limit", re.IGNORECASE
)

_SPENT: Final = re.compile(r"nonce too low|.*correct nonce", re.IGNORECASE)
_ANOTHER: Final = re.compile(r"replacement transaction underpriced", re.IGNORECASE)


def is_definitive(refusal: NodeRefused) -> bool:
    """Whether the node looked at the transaction and will not have it: nobody else has it."""
    return _code(refusal.error) not in _UNKNOWN_CODES and bool(
        _DEFINITIVE.match(said_by(refusal).strip())
    )


def another_has_its_nonce(refusal: NodeRefused) -> bool:
    """Whether it was refused because another transaction with its nonce waits at the node."""
    return bool(_ANOTHER.match(said_by(refusal).strip()))


def nonce_is_spent(refusal: NodeRefused) -> bool:
    """Whether the node says that the nonce was used: by the very bytes, it may be."""
    return bool(_SPENT.match(said_by(refusal).strip()))


def is_rate_limit(error: object) -> bool:
    """Whether an error says that too much was asked for now, whatever was asked."""
    if not isinstance(error, dict):
        return False
    return error.get("code") in _RATE_CODES or (
        error.get("data") is None and bool(_RATE.search(str(error.get("message", ""))))
    )


def said_by(refusal: NodeRefused) -> str:
    """The node's words."""
    return refusal.why.en if refusal.why else ""


def _code(error: dict[str, Any]) -> object:
    return error.get("code")
