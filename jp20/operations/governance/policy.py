"""The policy on the chain beside the file's; changing it; what waits for a confirmation (G17)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import OrganisationId
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.policy import (
    Kind,
    Organisation,
    Policy,
    PolicyAct,
    PolicyDifference,
    compare,
    rule_of,
    selector_of,
    unmet,
)
from jp20.domain.investors.facts import Facts
from jp20.domain.plans.outcomes import Decided
from jp20.domain.register.events import (
    FrozenAtOnce,
    InvestorSuspended,
    RuleRemoved,
    RuleSet,
    SuspensionCarried,
    WalletAdded,
    WalletCarried,
    WalletRegistered,
)
from jp20.operations.files.inputs import governed_functions
from jp20.operations.governance.decide import AwaitingOthers, NotBefore, decide
from jp20.operations.session import Session

CONFIRMED_WITHIN: Final = 72 * 3600
"""Seconds in which another organisation confirms what the AML officer did at once."""

ACTS_AT_ONCE: Final = 16
"""Acts in one call of setRules: about two million gas."""

_SUSPENDED: Final = Text("suspension")
_FROZEN: Final = Text("freeze")


class CannotDecide(JP20Error):
    """The organisations could never decide some act of the policy: nothing was sent."""


class Regrouped(JP20Error):
    """The file puts functions together in other acts than the chain has."""

    what = Text("The file groups functions in other acts than the chain.")
    next_step = Text(
        "Keep the functions of each act as they are on the chain, and change their rule."
    )

    def __init__(self, acts: Sequence[PolicyAct]) -> None:
        super().__init__(why=Text.listing(act.name for act in acts))


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What of a policy is not on the chain yet: acts to be set, and functions of acts to be taken
    off, by kind.
    """

    acts: tuple[PolicyAct, ...]
    removed: tuple[tuple[Kind, tuple[bytes, ...]], ...]

    @property
    def is_empty(self) -> bool:
        return not self.acts and not self.removed


@dataclass(frozen=True, slots=True)
class Overdue:
    """What an organisation did at once `since` then, and nobody confirmed until `due`. It stands.

    `token` is None for a suspension, which holds for all tokens; `account` is a wallet.
    """

    what: Text
    token: ChecksumAddress | None
    account: ChecksumAddress
    organisation: OrganisationId
    since: int
    due: int


def words_on_chain(session: Session) -> dict[tuple[Kind, str], int]:
    """What `Consortium.rule` returns for every function of every kind that changes state."""
    functions = [(kind, name) for kind, names in governed_functions().items() for name in names]
    rows = [(int(kind), selector_of(name)) for kind, name in functions]
    return dict(zip(functions, session.consortium.read_many(int, "rule", rows), strict=True))


def policy_differences(session: Session, policy: Policy) -> tuple[PolicyDifference, ...]:
    """Where the chain differs from a policy; nothing where it does not."""
    return compare(policy, words_on_chain(session))


def policy_on_chain(session: Session, policy: Policy) -> Policy:
    """The policy as the chain has it: the acts of `policy` by their names, with the chain's rules.
    An act that the chain does not list is left out.
    """
    words = words_on_chain(session)
    acts = (_as_on_chain(act, words[act.kind, act.functions[0]]) for act in policy.acts)
    return replace(policy, acts=tuple(act for act in acts if act is not None))


def require_decidable(policy: Policy, organisations: Sequence[Organisation]) -> None:
    """Raises CannotDecide where some act of a policy could never be done by the organisations."""
    missing = unmet(policy, organisations)
    if missing:
        raise CannotDecide(
            Text("Some acts of the policy could never be done."),
            Text.lines(
                Text("{act}: {what}", act=each.act.name, what=each.what) for each in missing
            ),
            Text("Add organisations or roles, or change the policy."),
        )


def policy_change(session: Session, policy: Policy) -> PolicyChange:
    """How the chain would have to change to have a policy. Raises CannotDecide, Regrouped."""
    require_decidable(
        policy, [member.organisation for member in session.members() if member.active]
    )
    words = words_on_chain(session)
    removed: list[tuple[Kind, tuple[bytes, ...]]] = []
    torn: list[PolicyAct] = []
    for kind, selectors in _acts_on_chain(session).values():
        listed = [
            act for act in policy.acts if act.kind == kind and set(act.selectors) & set(selectors)
        ]
        kept = {selector for act in listed for selector in act.selectors}
        if not listed:
            removed.append((kind, selectors))
        elif set(selectors) != kept or len(listed) > 1:
            # Where each function has its rule nevertheless, there is nothing to change.
            is_dropped = not set(selectors) <= kept
            torn += [act for act in listed if is_dropped or _differs(act, words)]
    if torn:
        raise Regrouped(torn)
    changed = tuple(act for act in policy.acts if _differs(act, words))
    return PolicyChange(changed, tuple(removed))


def change_policy(
    session: Session, change: PolicyChange, evidence: Evidence
) -> tuple[Decided, ...]:
    """Brings a change to the chain: the acts to be set, then those to be taken off, each call a
    request of its own under the same case, since what waits for a time is published. By the shipped
    policy each waits seven days.

    Raises what `decide` raises, for what waits after all is proposed and signed as far as it goes.
    """
    parts = [
        change.acts[start : start + ACTS_AT_ONCE]
        for start in range(0, len(change.acts), ACTS_AT_ONCE)
    ]
    setting = [session.consortium.call("setRules", [act.fields for act in part]) for part in parts]
    removing = [
        session.consortium.call("removeRule", int(kind), list(each))
        for kind, each in change.removed
    ]
    decided: list[Decided] = []
    waiting: list[JP20Error] = []
    for call in (*setting, *removing):
        try:
            decided.append(decide(session, [call], evidence))
        except (AwaitingOthers, NotBefore) as later:
            waiting.append(later)
    if waiting:
        raise waiting[0]
    return tuple(decided)


def overdue(session: Session, now: int | None = None) -> tuple[Overdue, ...]:
    """What was done at once, stands, and was confirmed by nobody within 72 hours, by the time at
    which it fell due. `now` in unix seconds: the time of the latest block.
    """
    moment = session.now() if now is None else now
    found = [
        *_suspensions(session),
        *(each for token in session.tokens() for each in _freezes(session, token)),
    ]
    late = (each for each in found if each.due <= moment)
    return tuple(sorted(late, key=lambda each: (each.due, each.account)))


def _differs(act: PolicyAct, words: dict[tuple[Kind, str], int]) -> bool:
    """Whether the chain has another rule for some function of an act."""
    found = {words[act.kind, function] for function in act.functions}
    return len(found) > 1 or rule_of(found.pop()) != act.rule


def _acts_on_chain(session: Session) -> dict[int, tuple[Kind, tuple[bytes, ...]]]:
    """The acts by the chain's number, each with its selectors in the chain's order."""
    acts: dict[int, tuple[Kind, tuple[bytes, ...]]] = {}
    for entry in session.events(session.consortium.address):
        match entry.event:
            case RuleSet(kind, act, selectors, _):
                acts[act] = (Kind(kind), selectors)
            case RuleRemoved(_, act, _):
                acts.pop(act, None)
    return acts


def _as_on_chain(act: PolicyAct, word: int) -> PolicyAct | None:
    rule = rule_of(word)
    return replace(act, rule=rule) if rule else None


def _suspensions(session: Session) -> list[Overdue]:
    """The suspensions at once that stand unconfirmed, by a wallet of each investor."""
    first_wallet: dict[int, ChecksumAddress] = {}
    suspended: dict[int, ChecksumAddress] = {}
    for entry in session.events(session.platform.address):
        match entry.event:
            case (
                WalletRegistered(wallet, facts)
                | WalletAdded(wallet, _, facts)
                | WalletCarried(wallet, _, facts)
            ):
                first_wallet.setdefault(Facts.of(facts).investor, wallet)
            case InvestorSuspended(investor, organisation) | SuspensionCarried(
                investor, organisation
            ) if organisation:
                suspended[investor] = first_wallet[investor]
    rows = [(wallet,) for wallet in suspended.values()]
    states = session.platform.read_many(tuple[OrganisationId, int, int, int], "suspension", rows)
    return [
        Overdue(_SUSPENDED, None, wallet, organisation, since, since + CONFIRMED_WITHIN)
        for wallet, (organisation, since, _, confirmed_at) in zip(
            suspended.values(), states, strict=True
        )
        if organisation and not confirmed_at
    ]


def _freezes(session: Session, token: Contract) -> list[Overdue]:
    """The freezes at once of one token that stand unconfirmed."""
    frozen = dict.fromkeys(
        (entry.event.account, entry.event.organisation)
        for entry in session.events(token.address)
        if isinstance(entry.event, FrozenAtOnce)
    )
    states = token.read_many(tuple[int, bool], "freezeAtOnceOf", list(frozen))
    amounts = token.read_many(int, "getFrozenTokens", [(account,) for account, _ in frozen])
    return [
        Overdue(_FROZEN, token.address, account, organisation, at, at + CONFIRMED_WITHIN)
        for (account, organisation), (at, confirmed), amount in zip(
            frozen, states, amounts, strict=True
        )
        if at and not confirmed and amount
    ]
