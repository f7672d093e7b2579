"""Which versions of the clients are known to be vulnerable (G26).

As of AS_OF; docs/network.md has the sources. A table ages: whoever runs a node reads its client's
advisories (docs/network.md says where), and this table is brought up to date with each release.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from jp20.domain.base.text import Text
from jp20.network.network_file import Consensus

AS_OF: Final = date(2026, 11, 24)

_CRASH: Final = Text("a peer's message can stop the node")
_LOAD: Final = Text("a peer's message can exhaust the node's processor")
_MEMORY: Final = Text("a peer's message can exhaust the node's memory")
_KEY: Final = Text("a peer can learn bits of the node's key: exchange the key after the update")
_DISAGREE: Final = Text("it can compute otherwise than other clients")


@dataclass(frozen=True, slots=True)
class Weakness:
    """A published weakness: in versions from `first` on, up to and without `fixed`."""

    name: str
    first: tuple[int, ...]
    fixed: tuple[int, ...]
    what: Text


@dataclass(frozen=True, slots=True)
class Client:
    """What a node says that it is."""

    consensus: Consensus | None
    version: tuple[int, ...]


_GETH: Final = (
    Weakness("CVE-2024-32972", (0,), (1, 13, 15), _MEMORY),
    Weakness("CVE-2025-24883", (1, 14, 0), (1, 14, 13), _CRASH),
    Weakness("CVE-2026-22862", (0,), (1, 16, 8), _CRASH),
    Weakness("CVE-2026-22868", (0,), (1, 16, 8), _LOAD),
    Weakness("CVE-2026-26314", (0,), (1, 16, 9), _CRASH),
    Weakness("CVE-2026-26315", (0,), (1, 16, 9), _KEY),
    Weakness("CVE-2026-26313", (0,), (1, 17, 0), _MEMORY),
)
_BESU: Final = (
    Weakness("CVE-2021-41272", (21, 10, 0), (21, 10, 2), _DISAGREE),
    Weakness("CVE-2022-36025", (22, 4, 0), (22, 7, 1), _DISAGREE),
    Weakness("CVE-2025-30147", (24, 7, 1), (25, 3, 0), _DISAGREE),
)


def client_of(said: str) -> Client:
    """Reads what `web3_clientVersion` answers. `consensus` None: none of the three clients."""
    quorum = re.match(r"Geth/.*quorum-v(\d+)\.(\d+)\.(\d+)", said)
    geth = re.match(r"Geth/(?:[^/]*/)?v(\d+)\.(\d+)\.(\d+)", said)
    besu = re.match(r"besu/(?:[^/]*/)?v?(\d+)\.(\d+)(?:\.(\d+))?", said, re.IGNORECASE)
    for consensus, found in (
        (Consensus.QUORUM_QBFT, quorum),
        (Consensus.CLIQUE, geth),
        (Consensus.BESU_QBFT, besu),
    ):
        if found is not None:
            return Client(consensus, tuple(int(part or 0) for part in found.groups()))
    return Client(None, ())


def weaknesses(client: Client) -> Sequence[Weakness]:
    """The published weaknesses of a client's version. For GoQuorum, whose code is geth 1.10.3's and
    whose fixes are not published one by one, those of geth that every version below the fix has.
    """
    match client.consensus:
        case Consensus.CLIQUE:
            return _among(_GETH, client.version)
        case Consensus.QUORUM_QBFT:
            return _among(_GETH, (1, 10, 3))
        case Consensus.BESU_QBFT:
            return _among(_BESU, client.version)
        case None:
            return ()


def _among(known: Sequence[Weakness], version: tuple[int, ...]) -> Sequence[Weakness]:
    return [each for each in known if each.first <= version < each.fixed]
