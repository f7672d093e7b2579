"""The networks by name: where a node is, and which chain it must be on."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Network:
    """A node's address and what is known of its chain.

    `chain_id` None takes any. `gas_price` in wei; None asks the node; 0 on a chain without fees.
    """

    url: str
    chain_id: int | None = None
    gas_price: int | None = None


DEVELOPMENT: Final = {
    "ganache": Network("http://127.0.0.1:8545", 1337),
    "anvil": Network("http://127.0.0.1:8546", 31337),
}
"""The two development chains, on the ports of `tools/brownie-networks.yaml`."""
