"""The first block of a chain, as each client wants it (S8).

The same rules whatever the client: the hard fork `berlin` from the first block, which is what the
contracts are compiled for; no base fee, which came after it; nobody has any coin, so that gas is
free and a coin buys nothing; the validators of `network.toml`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import rlp  # type: ignore[import-untyped]
from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.network.network_file import Consensus, NetworkFile

EPOCH: Final = 30_000
"""Blocks after which votes that came to no end are void."""

ROUND_TIMEOUTS: Final = 4
"""Under QBFT a proposer has so many block periods before another takes its place, and at least
four seconds: validators in several places need the time, and a killed one is missed for no longer.
"""

VANITY: Final = 32
SEAL: Final = 65
ISTANBUL: Final = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365"
"""The mixHash by which a block of QBFT is known ("practical byzantine fault tolerance")."""

_FORKS: Final = (
    "homesteadBlock",
    "eip150Block",
    "eip155Block",
    "eip158Block",
    "byzantiumBlock",
    "constantinopleBlock",
    "petersburgBlock",
    "istanbulBlock",
    "muirGlacierBlock",
    "berlinBlock",
)
_LARGEST_TRANSACTION: Final = 128
"""Kilobytes; what other clients take, and JP20 needs a quarter of it."""


class PublicPartsMissing(JP20Error):
    """The first block names every validator, and some organisations have not made their keys."""

    what = Text("The public parts of {count} {count:node|nodes} are missing: {names}.")
    why = Text("The first block and the list of peers name every node.")
    next_step = Text(
        "Each organisation runs jp20 network init for its nodes and sends what it prints; "
        "write it into network.toml, the same everywhere."
    )

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(count=len(names), names=Text.listing(names))
        self.names = tuple(names)


@dataclass(frozen=True, slots=True)
class QbftExtra:
    """What a header of QBFT carries beside its fields. `vote` is (candidate, whether to add)."""

    vanity: bytes
    validators: tuple[ChecksumAddress, ...]
    vote: tuple[ChecksumAddress, bool] | None
    round: int
    seals: tuple[bytes, ...]


def genesis(network: NetworkFile) -> dict[str, Any]:
    """The genesis file. Raises PublicPartsMissing."""
    validators = genesis_validators(network)
    config: dict[str, Any] = {"chainId": network.chain_id} | dict.fromkeys(_FORKS, 0)
    if network.consensus is Consensus.CLIQUE:
        config["clique"] = {"period": network.block_period, "epoch": EPOCH}
    else:
        config["qbft"] = {
            "epochlength": EPOCH,
            "blockperiodseconds": network.block_period,
            "requesttimeoutseconds": max(4, ROUND_TIMEOUTS * network.block_period),
        }
    if network.consensus is Consensus.QUORUM_QBFT:
        config["qbft"]["policy"] = 0  # each validator in turn
        config |= {"txnSizeLimit": _LARGEST_TRANSACTION, "maxCodeSize": 0, "isQuorum": True}
    qbft = network.consensus.is_qbft
    return {
        "config": config,
        "nonce": "0x0",
        "timestamp": "0x0",
        "extraData": f"0x{(qbft_extra if qbft else clique_extra)(validators).hex()}",
        "gasLimit": hex(network.gas_limit),
        "difficulty": "0x1",
        "mixHash": ISTANBUL if qbft else f"0x{'0' * 64}",
        "coinbase": ZERO_ADDRESS,
        "alloc": {},
        "number": "0x0",
        "gasUsed": "0x0",
        "parentHash": f"0x{'0' * 64}",
    }


def genesis_validators(network: NetworkFile) -> tuple[ChecksumAddress, ...]:
    """The validators in ascending order. Raises PublicPartsMissing."""
    if network.unknown:
        raise PublicPartsMissing([node.name for node in network.unknown])
    return ascending(node.validator for node in network.validators if node.validator)


def genesis_hash(content: Mapping[str, Any]) -> bytes:
    """The hash of the first block that a genesis file of this kind gives, by which the chain is
    known. ValueError where it gives coins or code to somebody, or is no genesis file.
    """
    try:
        if content["alloc"]:
            raise ValueError("somebody has coins")
        # parent, uncles, coinbase, state, transactions, receipts, bloom, difficulty, number, gas
        # limit, gas used, time, extra, mix, nonce
        return keccak(
            rlp.encode(
                [
                    _octets(content["parentHash"]),
                    keccak(rlp.encode([])),
                    _octets(content["coinbase"]),
                    *[keccak(rlp.encode(b""))] * 3,
                    bytes(256),
                    *(int(content[name], 16) for name in ("difficulty", "number", "gasLimit")),
                    *(int(content[name], 16) for name in ("gasUsed", "timestamp")),
                    _octets(content["extraData"]),
                    _octets(content["mixHash"]),
                    int(content["nonce"], 16).to_bytes(8, "big"),
                ]
            )
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a genesis file") from error


def ascending(validators: Iterable[ChecksumAddress]) -> tuple[ChecksumAddress, ...]:
    """As the clients sort them: by value."""
    return tuple(sorted(validators, key=_raw))


def clique_extra(validators: Iterable[ChecksumAddress]) -> bytes:
    """32 free bytes, the validators, and room for a seal: the extraData of Clique (EIP-225)."""
    return bytes(VANITY) + b"".join(map(_raw, validators)) + bytes(SEAL)


def clique_validators(extra: bytes) -> tuple[ChecksumAddress, ...]:
    """The validators in a header of Clique, those of its epoch's first block. ValueError where
    it is none.
    """
    middle = extra[VANITY : len(extra) - SEAL]
    if len(extra) < VANITY + SEAL or len(middle) % 20:
        raise ValueError("not the extraData of Clique")
    return tuple(address_of(middle[at : at + 20]) for at in range(0, len(middle), 20))


def qbft_extra(validators: Iterable[ChecksumAddress]) -> bytes:
    """RLP of [32 free bytes, validators, no vote, round 0, no seals]: the extraData of QBFT's first
    block, the same for GoQuorum and Besu.
    """
    return bytes(rlp.encode([bytes(VANITY), [_raw(each) for each in validators], [], b"", []]))


def decode_qbft_extra(extra: bytes) -> QbftExtra:
    """What stands in a header of QBFT. ValueError where it is none."""
    try:
        vanity, validators, vote, number, seals = rlp.decode(extra)
        return QbftExtra(
            bytes(vanity),
            tuple(address_of(bytes(each)) for each in validators),
            (address_of(bytes(vote[0])), bytes(vote[1]) == b"\xff") if vote else None,
            int.from_bytes(number, "big"),
            tuple(bytes(each) for each in seals),
        )
    except (rlp.DecodingError, ValueError, TypeError, IndexError) as error:
        raise ValueError("not the extraData of QBFT") from error


def _raw(address: ChecksumAddress) -> bytes:
    return _octets(address)


def _octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
