"""Requests to the Consortium: a proposed call or many, with case and document (G17, S3).

The hashes are those of `contracts/interfaces/IConsortium.sol`; a test compares them with the
contract's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eth_abi.abi import encode
from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.ids import CaseId, DocumentHash, OrganisationId, RequestId, Root
from jp20.domain.governance.merkle import MerkleTree


@dataclass(frozen=True, slots=True)
class Call:
    """A call on a contract: its address, and the data with the selector first; on the zero address,
    the creation of one.
    """

    target: ChecksumAddress
    data: bytes

    @property
    def selector(self) -> bytes:
        return self.data[:4]

    @property
    def is_creation(self) -> bool:
        return self.target == ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class Request:
    """The contract's struct, field by field in its order. A signature on its id binds all of it.

    `parties` are the organisations that are party to what is decided, by number; `rule` is the
    word of the policy's rule as it is on the chain when the request is proposed.
    """

    target: ChecksumAddress
    selector: bytes
    root: Root
    calls: int
    case_id: CaseId
    document_hash: DocumentHash
    parties: tuple[OrganisationId, ...]
    rule: int

    @property
    def fields(
        self,
    ) -> tuple[
        ChecksumAddress, bytes, Root, int, CaseId, DocumentHash, tuple[OrganisationId, ...], int
    ]:
        """The struct as an argument of a call."""
        return (
            self.target,
            self.selector,
            self.root,
            self.calls,
            self.case_id,
            self.document_hash,
            self.parties,
            self.rule,
        )

    @property
    def id(self) -> RequestId:
        """`keccak256(abi.encode(request))`, by which the Consortium knows it."""
        kind = "(address,bytes4,bytes32,uint32,bytes32,bytes32,uint32[],uint256)"
        return RequestId(keccak(encode([kind], [self.fields])))


@dataclass(frozen=True, slots=True)
class Decision:
    """A request with the calls that it decides and the tree that proves each."""

    request: Request
    calls: tuple[Call, ...]
    tree: MerkleTree

    def execution(self, index: int) -> tuple[object, ...]:
        """The arguments of `execute` for call `index`: request, index, data, proof."""
        return (self.request.fields, index, self.calls[index].data, self.tree.proof(index))

    @property
    def published_data(self) -> bytes:
        """What `propose` publishes: the data of the only call, nothing where there are many."""
        return self.calls[0].data if len(self.calls) == 1 else b""


def compose(
    calls: Sequence[Call],
    case_id: CaseId,
    document_hash: DocumentHash,
    rule: int,
    parties: Iterable[OrganisationId] = (),
) -> Decision:
    """Puts calls on one function of one contract under one root. ValueError for others, for none,
    or where case or document (32 bytes each, not zero) are missing.
    """
    if not calls or len({(call.target, call.selector) for call in calls}) != 1:
        raise ValueError("a request is about one function of one contract")
    if any(len(evidence) != 32 or not any(evidence) for evidence in (case_id, document_hash)):
        raise ValueError("a request names a case and a document")
    tree = MerkleTree([leaf(index, call) for index, call in enumerate(calls)])
    request = Request(
        calls[0].target,
        calls[0].selector,
        tree.root,
        len(calls),
        case_id,
        document_hash,
        tuple(parties),
        rule,
    )
    return Decision(request, tuple(calls), tree)


def leaf(index: int, call: Call) -> bytes:
    """`keccak256(bytes.concat(keccak256(abi.encode(index, target, data))))`."""
    encoded = encode(["uint256", "address", "bytes"], [index, call.target, call.data])
    return keccak(keccak(encoded))


def case_id(number: str) -> CaseId:
    """A case number as it stands on the chain, readable there: 1 to 32 ASCII characters, filled
    up with zeros.

    ValueError for others. It is public: it must not name a person.
    """
    encoded = number.encode("ascii")
    if not 1 <= len(encoded) <= 32 or not number.isprintable():
        raise ValueError("a case number has 1 to 32 printable ASCII characters")
    return CaseId(encoded.ljust(32, b"\0"))
