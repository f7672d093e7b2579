"""What stands under the policy: every contract and every rule that the Consortium knows (G17).

It is read from the Consortium's events, so that what the founder left there before the seal is seen
as well as what is in the deployment file.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import platform_at, token_at
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.text import Text
from jp20.domain.governance.policy import Kind, Organisation, Policy, rule_of, selector_of
from jp20.domain.governance.powers import Place, RuledAct, tokens_to_come
from jp20.domain.register.events import (
    CallExecuted,
    RequestProposed,
    RuleRemoved,
    RuleSet,
    TargetRegistered,
    TargetUnregistered,
)
from jp20.operations.files.inputs import governed_functions
from jp20.operations.session import Session

_NAMED: Final = 3
"""Tokens on which the same roles count that are named one by one."""


@dataclass(frozen=True, slots=True)
class RegisteredTarget:
    """A contract under the policy. `kind` is a number: the chain may have others than `Kind`.
    `name` is what the deployment file or its platform calls the contract, None where neither knows
    it. `case` is that of the request that registered it; None: the founder did, before the seal.
    """

    address: ChecksumAddress
    kind: int
    scope: ChecksumAddress
    name: str | None
    case: str | None
    block: int

    @property
    def is_hidden(self) -> bool:
        """Whether the founder left it there, and no file says so."""
        return self.name is None and self.case is None


@dataclass(frozen=True, slots=True)
class ActInForce:
    """An act as the chain has it. `is_known`: the package's contracts have all its functions; those
    that they do not have are shown as selectors. `case` is as that of a target.
    """

    act: RuledAct
    is_known: bool
    case: str | None

    @property
    def is_hidden(self) -> bool:
        """Whether the founder left a rule there for what this package does not have."""
        return not self.is_known and self.case is None


def registered_targets(session: Session) -> tuple[RegisteredTarget, ...]:
    """All contracts that are under the policy now, in the order in which they came."""
    cases = _cases(session)
    found: dict[ChecksumAddress, RegisteredTarget] = {}
    for entry in session.events(session.consortium.address):
        match entry.event:
            case TargetRegistered(target, kind, scope):
                case, block = cases.get(entry.at.transaction), entry.at.block
                found[target] = RegisteredTarget(target, kind, scope, None, case, block)
            case TargetUnregistered(target, _):
                found.pop(target, None)
    names = _known(session)
    return tuple(
        replace(each, name=names.get((each.kind, each.address, each.scope)))
        for each in found.values()
    )


def acts_in_force(session: Session, policy: Policy) -> tuple[ActInForce, ...]:
    """All acts that the chain has a rule for, with the names that `policy` gives them."""
    functions = {
        (int(kind), selector_of(function)): function
        for kind, names in governed_functions().items()
        for function in names
    }
    named = {(int(act.kind), frozenset(act.selectors)): act for act in policy.acts}
    cases = _cases(session)
    found: dict[int, ActInForce] = {}
    for entry in session.events(session.consortium.address):
        match entry.event:
            case RuleSet(kind, number, selectors, word):
                rule = rule_of(word)
                if rule is None:
                    continue
                names = tuple(functions.get((kind, each), f"0x{each.hex()}") for each in selectors)
                listed = named.get((kind, frozenset(selectors)))
                said = ", ".join(name.partition("(")[0] for name in names)
                act = (
                    RuledAct(kind, listed.key, listed.name, rule)
                    if listed
                    else RuledAct(kind, said, Text.verbatim(said), rule)
                )
                known = all((kind, each) in functions for each in selectors)
                case = cases.get(entry.at.transaction)
                found[number] = ActInForce(act, known, case)
            case RuleRemoved(_, number, _):
                found.pop(number, None)
    return tuple(found.values())


def places_on_chain(session: Session) -> tuple[Place, ...]:
    """The contracts under the policy, each with the organisations' roles that count there. Tokens
    on which the same roles count are one place; where there is none yet, the tokens that can be.
    """
    alike: dict[tuple[int, object], list[RegisteredTarget]] = {}
    roles: dict[tuple[int, object], tuple[Organisation, ...]] = {}
    for target in registered_targets(session):
        organisations = tuple(
            member.organisation for member in session.members(target.address) if member.active
        )
        key = target.kind, organisations if target.kind == Kind.TOKEN else target.address
        alike.setdefault(key, []).append(target)
        roles[key] = organisations
    places = tuple(Place(_name(targets), key[0], roles[key]) for key, targets in alike.items())
    if any(place.kind == Kind.TOKEN for place in places):
        return places
    members = {member.number: member.name for member in session.members()}
    (at_large,) = (place.organisations for place in places if place.kind == Kind.CONSORTIUM)
    return (*places, *tokens_to_come(at_large, members))


def _name(targets: list[RegisteredTarget]) -> Text:
    names = [target.name or target.address for target in targets]
    if targets[0].kind in (Kind.CONSORTIUM, Kind.PLATFORM, Kind.SETTLEMENT):
        kind = Kind(targets[0].kind)
        return kind.text if targets[0].name else Text.verbatim(names[0])
    said = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    if more <= 0:
        return Text.verbatim(said)
    return Text("{said} and {more} more", said=said, more=more)


def _known(session: Session) -> dict[tuple[int, ChecksumAddress, ChecksumAddress], str]:
    """The contracts that the deployment file knows, and the tokens of its platform: by kind,
    address and scope, as they should be under the policy.
    """
    found = {(int(Kind.CONSORTIUM), session.consortium.address, ZERO_ADDRESS): "Consortium"}
    platforms = _platforms(session)
    for platform in platforms:
        found[Kind.PLATFORM, platform, ZERO_ADDRESS] = "Platform"
    for token, code in _tokens(session, platforms).items():
        found[Kind.TOKEN, token, token] = code
    settlement = session.deployment.contracts.get("Settlement")
    if settlement is not None:
        found[Kind.SETTLEMENT, settlement.address, ZERO_ADDRESS] = settlement.name
    return found


def _platforms(session: Session) -> tuple[ChecksumAddress, ...]:
    """The platform of the deployment file, and those that it replaced."""
    found: list[ChecksumAddress] = []
    address = session.platform.address
    while address != ZERO_ADDRESS and address not in found:
        found.append(address)
        address = platform_at(session.connection, address).read(ChecksumAddress, "predecessor")
    return tuple(found)


def _tokens(session: Session, platforms: Iterable[ChecksumAddress]) -> dict[ChecksumAddress, str]:
    """The codes of the tokens that some platforms have."""
    found = [
        token_at(session.connection, token)
        for platform in platforms
        for token in platform_at(session.connection, platform).read(
            tuple[ChecksumAddress, ...], "tokens"
        )
    ]
    return {token.address: token.read(str, "code") for token in found}


def _cases(session: Session) -> dict[bytes, str]:
    """The cases of the requests of which a call was executed, by transaction."""
    cases: dict[bytes, str] = {}
    found: dict[bytes, str] = {}
    for entry in session.events(session.consortium.address):
        match entry.event:
            case RequestProposed():
                named = entry.event.case_id.rstrip(b"\0").decode("ascii", "replace")
                cases[entry.event.id] = named
            case CallExecuted():
                found[entry.at.transaction] = cases.get(entry.event.id, "–")
    return found
