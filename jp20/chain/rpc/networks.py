"""The networks by name: where the nodes are, and which chain they must be on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from jp20.chain.rpc.access import NONE as NONE
from jp20.chain.rpc.access import Access as Access
from jp20.chain.rpc.node_errors import host_of
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.finality import INSTANT as INSTANT
from jp20.domain.base.finality import Finality as Finality
from jp20.domain.base.text import Text


class FaultyNetwork(JP20Error):
    """A network is described in a way that nobody can connect to."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True)
class Network:
    """Addresses of nodes and what is known of their chain.

    `rpc` is one address or several, the preferred one first: it is read from while it is sound.
    `chain_id` and `genesis` (the hash of block 0) None take any, but the same at every node.
    `gas_price` in wei; None asks the node; 0 on a chain without fees. `finality` says from when on
    a block stays; `access` is one for all nodes, or one for each in their order.

    Raises FaultyNetwork, AccessUnfit.
    """

    rpc: str | Sequence[str]
    chain_id: int | None = None
    gas_price: int | None = None
    genesis: bytes | None = field(default=None, kw_only=True)
    finality: Finality = field(default=INSTANT, kw_only=True)
    access: Access | tuple[Access, ...] = field(default=NONE, kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.rpc, str):
            object.__setattr__(self, "rpc", tuple(self.rpc))
        if not self.urls:
            raise FaultyNetwork(
                Text("The network has no node."), next_step=Text("Write one address or more.")
            )
        for url in self.urls:
            _check(url)
        if len(set(self.urls)) < len(self.urls):
            raise FaultyNetwork(Text("A node is named twice."), next_step=Text("Name each once."))
        if isinstance(self.access, tuple) and len(self.access) != len(self.urls):
            raise FaultyNetwork(
                Text(
                    "{nodes:There is|There are} {nodes} {nodes:node|nodes} and {accesses} ways "
                    "to access them.",
                    nodes=len(self.urls),
                    accesses=len(self.access),
                ),
                next_step=Text("Write one for each."),
            )
        for url, access in self.nodes:
            access.check(url)

    def __repr__(self) -> str:
        return (
            f"Network({', '.join(map(host_of, self.urls))}, chain {self.chain_id}, {self.finality})"
        )

    @property
    def urls(self) -> tuple[str, ...]:
        return (self.rpc,) if isinstance(self.rpc, str) else tuple(self.rpc)

    @property
    def url(self) -> str:
        """The preferred node."""
        return self.urls[0]

    @property
    def nodes(self) -> tuple[tuple[str, Access], ...]:
        """Each node's address, and how it is accessed."""
        each = self.access if isinstance(self.access, tuple) else (self.access,) * len(self.urls)
        return tuple(zip(self.urls, each, strict=True))

    def one_by_one(self) -> tuple["Network", ...]:
        """A network of each node alone, for whoever must speak to exactly that one."""
        return tuple(
            Network(
                url,
                self.chain_id,
                self.gas_price,
                genesis=self.genesis,
                finality=self.finality,
                access=access,
            )
            for url, access in self.nodes
        )


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        shown = url if "@" not in url else "…"
        raise FaultyNetwork(
            Text('"{shown}" is not the address of a node.', shown=shown),
            next_step=Text("Write it like https://node.example:8545, or name a known network."),
        )
    if parts.username is not None or parts.password is not None:
        raise FaultyNetwork(
            Text("The address of {host} has a user or a password in it.", host=host_of(url)),
            Text("An address is shown and saved; a secret is not."),
            Text(
                "Write user in the network's access, and for the password the file or "
                "environment variable that has it."
            ),
        )


DEVELOPMENT: Final = {
    "ganache": Network("http://127.0.0.1:8545", 1337),
    "anvil": Network("http://127.0.0.1:8546", 31337),
}
"""The two development chains, on the ports of `tools/brownie-networks.yaml`."""
