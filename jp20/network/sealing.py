"""Who sealed a block: read from its header (S8)."""

from collections.abc import Mapping
from typing import Any, Final

import rlp  # type: ignore[import-untyped]
from coincurve import PublicKey
from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.chain.rpc.connection import octets, quantity
from jp20.domain.base.addresses import address_of, parse_address
from jp20.network.genesis import SEAL
from jp20.network.network_file import Consensus

_BEFORE: Final = ("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot")


def sealer(header: Mapping[str, Any], consensus: Consensus) -> ChecksumAddress:
    """The validator that made a block, as `eth_getBlockByNumber` has it.

    Under Clique its signature says so; under QBFT the header names the proposer, and two thirds of
    the validators have signed that. ValueError for a header that nobody sealed, as the first one.
    """
    if consensus.is_qbft:
        return parse_address(header["miner"])
    extra = octets(header["extraData"])
    seal = extra[-SEAL:]
    try:
        key = PublicKey.from_signature_and_message(seal, _seal_hash(header, extra), hasher=None)
    except Exception as error:  # coincurve raises a bare one
        raise ValueError(f"block {header['number']} has no seal") from error
    return address_of(keccak(key.format(compressed=False)[1:])[12:])


def _seal_hash(header: Mapping[str, Any], extra: bytes) -> bytes:
    """What a validator of Clique signs: the header without the seal (EIP-225)."""
    numbers = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")
    return keccak(
        rlp.encode(
            [
                *(octets(header[field]) for field in _BEFORE),
                octets(header["receiptsRoot"]),
                octets(header["logsBloom"]),
                *(quantity(header[field]) for field in numbers),
                extra[:-SEAL],
                octets(header["mixHash"]),
                octets(header["nonce"]),
            ]
        )
    )
