"""What a plan costs: gas, transactions, and whose approvals (G17).

The figures are those that `make bench` measured, in `bench/results/gas.json` and `bounds.json`; a
test compares them. They are an estimate: what a row costs depends on what the holder has already.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.governance.policy import Rule

PROPOSE: Final = 103_127
"""gas.json: "request: propose, signing a slot, data published"."""

SIGN: Final = 50_548
"""gas.json: "request: sign"."""

EXECUTE: Final = 76_772
"""gas.json: "request: execute beyond the call"."""


class PlannedAct(Enum):
    """What a plan does to rows: its name, the function that is called, how many rows at once, and
    the gas of a row.
    """

    REGISTER = Text("register", context="act"), "register", 250, 25_274
    ADD_WALLETS = Text("add a wallet"), "addWallets", 100, 80_950
    RENEW = Text("renew"), "renew", 100, 31_212
    RECLASSIFY = Text("reclassify"), "reclassify", 100, 32_347
    DELIVER = Text("deliver"), "deliver", 250, 29_675

    @property
    def text(self) -> Text:
        return self.value[0]

    @property
    def function(self) -> str:
        return self.value[1]

    @property
    def at_once(self) -> int:
        return self.value[2]

    @property
    def gas_per_row(self) -> int:
        """gas.json: "whitelist one investor, in a batch, each", "issue to a new holder, in a batch,
        each"; bounds.json: "addWallets, each row", "renew, each row", "reclassify, each row".
        """
        return self.value[3]


@dataclass(frozen=True, slots=True)
class Approval:
    """Who decides on an act of a plan: a signature for each slot, each of another organisation.
    Where there is one slot and no delay its roles act alone.
    """

    act: PlannedAct
    proposers: frozenset[Role]
    slots: tuple[frozenset[Role], ...]
    executors: frozenset[Role]
    delay: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a plan from its beginning: gas (estimated), transactions, and approvals, one for each
    decision in their order.
    """

    gas: int
    transactions: int
    approvals: tuple[Approval, ...]


def cost_of(decisions: Iterable[tuple[PlannedAct, Rule, int]]) -> Cost:
    """Of decisions, each on an act, under a rule, about so many rows."""
    gas = transactions = 0
    approvals: list[Approval] = []
    for act, rule, rows in decisions:
        calls = -(-rows // act.at_once)
        gas += rows * act.gas_per_row
        transactions += calls
        if not rule.is_direct:
            # Who proposes signs a slot with it where they hold its role.
            with_proposal = any(rule.proposers & slot for slot in rule.slots)
            signatures = len(rule.slots) - with_proposal
            gas += PROPOSE + signatures * SIGN + calls * EXECUTE
            transactions += 1 + signatures
        approvals.append(Approval(act, rule.proposers, rule.slots, rule.executors, rule.delay))
    return Cost(gas, transactions, tuple(approvals))
