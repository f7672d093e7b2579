"""Who is party to what a request decides, by what the chain knows (S4).

Whoever proposes lists the parties. What the chain knows is not left to that: the organisations that
signed the disputed movement for one of its sides, the issuer where its account is a side, and the
organisation whose own key is a side. They are added to whatever is proposed here, and a signer is
shown who is missing from the list of another's proposal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.contracts.abi import Decoded
from jp20.chain.contracts.contract import token_at
from jp20.domain.base.ids import OrganisationId, RequestId, TxHash
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.governance.policy import Kind, rule_of
from jp20.domain.governance.requests import Call, Request
from jp20.domain.register.events import (
    ActedDirectly,
    CallExecuted,
    RequestProposed,
    RequestSigned,
    SignatureWithdrawn,
)
from jp20.domain.token.movements import Original
from jp20.operations.session import Session

SIDES: Final = frozenset({Role.ISSUER, Role.BROKER, Role.CUSTODIAN})
"""The roles in which an organisation signs for a side of a movement. Who signs as registrar, as
auditor, for KYC or AML does so by office, and is no party by that.
"""


@dataclass(frozen=True, slots=True)
class KnownParty:
    """An organisation, by number, that the chain knows as a party, and from where."""

    organisation: OrganisationId
    why: Text


def known_parties(session: Session, calls: Sequence[Call]) -> tuple[KnownParty, ...]:
    """The parties to what some calls decide, by number; nobody where the calls dispute nothing."""
    if not calls or session.kind(calls[0].target) is not Kind.TOKEN:
        return ()
    interface = session.interface(calls[0].target)
    originals: list[Original] = []
    accounts: set[ChecksumAddress] = set()
    for call in calls:
        decoded = interface.decode_call(call.data)
        if decoded is not None:
            originals += _originals(decoded)
            accounts |= {*_accounts(decoded)}
    accounts |= {side for each in originals for side in (each.from_, each.to)}
    if not accounts:
        return ()
    found: dict[OrganisationId, Text] = {}
    for party in (
        *_issuers(session, calls[0].target, accounts),
        *_owners(session, accounts),
        *_signers(session, {each.transaction_hash for each in originals}),
    ):
        found.setdefault(party.organisation, party.why)
    return tuple(KnownParty(number, found[number]) for number in sorted(found))


def missing_parties(
    session: Session, request: Request, calls: Sequence[Call]
) -> tuple[KnownParty, ...]:
    """The known parties that a request does not name."""
    return tuple(
        party
        for party in known_parties(session, calls)
        if party.organisation not in request.parties
    )


def _originals(decoded: Decoded) -> Iterator[Original]:
    """The movements that a call disputes."""
    match decoded.name:
        case "reverse":
            yield Original(*decoded.arguments["original"])
        case "recordIncident" | "redistribute":
            yield from (Original(*loss) for loss in decoded.arguments["losses"])


def _accounts(decoded: Decoded) -> Iterator[ChecksumAddress]:
    """The accounts whose units a call moves, or holds fast, against their holders' will."""
    arguments = decoded.arguments
    match decoded.name:
        case "forcedTransfer" | "controllerTransfer" | "reverse":
            yield from (arguments["from"], arguments["to"])
        case "forcedTransferWith":
            yield from arguments["move"][:2]
        case "batchForcedTransfer":
            for move in arguments["moves"]:
                yield from move[:2]
        case "placeAttachment" | "releaseAttachment":
            yield arguments["holder"]


def _issuers(
    session: Session, token: ChecksumAddress, accounts: Iterable[ChecksumAddress]
) -> Iterator[KnownParty]:
    if token_at(session.connection, token).read(ChecksumAddress, "issuerAccount") in accounts:
        for member in session.members(token):
            if Role.ISSUER in member.own_roles:
                yield KnownParty(member.number, Text("the issuer's account is a side"))


def _owners(session: Session, accounts: Iterable[ChecksumAddress]) -> Iterator[KnownParty]:
    rows = [(account,) for account in accounts]
    for number in session.consortium.read_many(OrganisationId, "organisationOf", rows):
        if number:
            yield KnownParty(number, Text("its own account is a side"))


def _signers(session: Session, transactions: set[TxHash]) -> Iterator[KnownParty]:
    """Who signed, for a side, the requests and direct acts that made some transactions: as it was
    then, whatever was withdrawn afterwards.
    """
    asked: dict[RequestId, Request] = {}
    signed: dict[RequestId, dict[int, OrganisationId]] = {}  # request: slot: organisation
    for entry in session.events(session.consortium.address) if transactions else ():
        disputed = entry.at.transaction in transactions
        match entry.event:
            case RequestProposed():
                asked[entry.event.id], signed[entry.event.id] = entry.event.request, {}
            case RequestSigned(id, organisation, slot):
                signed[id][slot] = organisation
            case SignatureWithdrawn(id, _, slot):
                signed[id].pop(slot, None)
            case CallExecuted(id) if disputed:
                request = asked[id]
                yield from _on_a_side(session, request.target, request.rule, signed[id])
            case ActedDirectly(_, target, organisation, selector) if disputed:
                word = session.rule(Call(target, selector))
                yield from _on_a_side(session, target, word, {0: organisation})


def _on_a_side(
    session: Session, target: ChecksumAddress, word: int, signed: Mapping[int, OrganisationId]
) -> Iterator[KnownParty]:
    rule = rule_of(word)
    members = {member.number: member for member in session.members(target)}
    if rule is None:
        return
    for slot, organisation in signed.items():
        if members[organisation].roles & rule.slots[slot] & SIDES:
            yield KnownParty(organisation, Text("signed the disputed movement"))
