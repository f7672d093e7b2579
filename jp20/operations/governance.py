"""The policy on the chain beside the file's, and what waits for a confirmation (G17)."""

from dataclasses import dataclass, replace
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.contracts import Contract
from jp20.domain.errors import Text
from jp20.domain.events import FrozenAtOnce, InvestorSuspended, WalletAdded, WalletRegistered
from jp20.domain.governance import (
    Act,
    Difference,
    Kind,
    Policy,
    compare,
    rule_of,
    selector_of,
)
from jp20.operations.desk import Desk
from jp20.operations.files import governed_functions

CONFIRMED_WITHIN: Final = 72 * 3600
"""Seconds in which another organisation confirms what the AML officer did at once."""

_SUSPENDED: Final = Text("suspension", "取引停止")
_FROZEN: Final = Text("freeze", "凍結")


@dataclass(frozen=True, slots=True)
class Overdue:
    """What an organisation did at once `since` then, and nobody confirmed until `due`. It stands.

    `token` is None for a suspension, which holds for all tokens; `account` is a wallet.
    """

    what: Text
    token: ChecksumAddress | None
    account: ChecksumAddress
    organisation: int
    since: int
    due: int


def words_on_chain(desk: Desk) -> dict[tuple[Kind, str], int]:
    """What `Consortium.rule` returns for every function of every kind that changes state."""
    functions = [(kind, name) for kind, names in governed_functions().items() for name in names]
    rows = [(int(kind), selector_of(name)) for kind, name in functions]
    return dict(zip(functions, desk.consortium.read_many(int, "rule", rows), strict=True))


def policy_differences(desk: Desk, policy: Policy) -> tuple[Difference, ...]:
    """Where the chain differs from a policy; nothing where it does not."""
    return compare(policy, words_on_chain(desk))


def policy_on_chain(desk: Desk, policy: Policy) -> Policy:
    """The policy as the chain has it: the acts of `policy` by their names, with the chain's rules.
    An act that the chain does not list is left out.
    """
    words = words_on_chain(desk)
    acts = (_as_on_chain(act, words[act.kind, act.functions[0]]) for act in policy.acts)
    return replace(policy, acts=tuple(act for act in acts if act is not None))


def overdue(desk: Desk, now: int | None = None) -> tuple[Overdue, ...]:
    """What was done at once, stands, and was confirmed by nobody within 72 hours, by the time at
    which it fell due. `now` in unix seconds: the time of the latest block.
    """
    moment = desk.now() if now is None else now
    found = [
        *_suspensions(desk),
        *(each for token in desk.tokens() for each in _freezes(desk, token)),
    ]
    late = (each for each in found if each.due <= moment)
    return tuple(sorted(late, key=lambda each: (each.due, each.account)))


def _as_on_chain(act: Act, word: int) -> Act | None:
    rule = rule_of(word)
    return replace(act, rule=rule) if rule else None


def _suspensions(desk: Desk) -> list[Overdue]:
    """The suspensions at once that stand unconfirmed, by a wallet of each investor."""
    first_wallet: dict[int, ChecksumAddress] = {}
    suspended: dict[int, ChecksumAddress] = {}
    for entry in desk.events(desk.platform.address):
        match entry.event:
            case WalletRegistered(wallet, facts) | WalletAdded(wallet, _, facts):
                first_wallet.setdefault(facts >> 160, wallet)
            case InvestorSuspended(investor, organisation) if organisation:
                suspended[investor] = first_wallet[investor]
    rows = [(wallet,) for wallet in suspended.values()]
    states = desk.platform.read_many(tuple[int, int, int, int], "suspension", rows)
    return [
        Overdue(_SUSPENDED, None, wallet, organisation, since, since + CONFIRMED_WITHIN)
        for wallet, (organisation, since, _, confirmed_at) in zip(
            suspended.values(), states, strict=True
        )
        if organisation and not confirmed_at
    ]


def _freezes(desk: Desk, token: Contract) -> list[Overdue]:
    """The freezes at once of one token that stand unconfirmed."""
    frozen = dict.fromkeys(
        (entry.event.account, entry.event.organisation)
        for entry in desk.events(token.address)
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
