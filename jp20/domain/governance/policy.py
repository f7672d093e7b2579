"""The policy of a consortium: who proposes, signs and executes what (G17, S3, S4).

A `Policy` is what `governance.toml` says (`governance_file`), what `Consortium.setRules` is given,
and what the rules' words on the chain are compared with.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from eth_hash.auto import keccak

from jp20.domain.base.ids import OrganisationId
from jp20.domain.base.roles import Role, bitmap, roles_in
from jp20.domain.base.text import NumberedEnum, Text

#: The most signatures that a rule can ask for.
MOST_SLOTS: Final = 7

#: The longest delay or lifetime, in seconds: 194 days.
LONGEST: Final = 2**24 - 1

RuleFields = tuple[int, int, list[int], int, int, int]


class Kind(NumberedEnum):
    """What a governed contract is; the numbers are those of `Kind` in `IConsortium.sol`."""

    CONSORTIUM = 1, Text("consortium")
    PLATFORM = 2, Text("platform")
    TOKEN = 3, Text("token")
    SETTLEMENT = 4, Text("settlement")


_NOBODY_PROPOSES: Final = Text("No organisation may propose it; it takes {roles}.")
_NOBODY_EXECUTES: Final = Text("No organisation may execute it; it takes {roles}.")


@dataclass(frozen=True, slots=True)
class Rule:
    """Who decides on an act. `delay` runs from the last signature to the first execution,
    `lifetime` from proposal to expiry, both in seconds. Each slot is one signature. Where all who
    hold the roles of a slot (or that propose, or execute) are party to a request, `stand_ins` take
    their place (S4).
    """

    proposers: frozenset[Role]
    slots: tuple[frozenset[Role], ...]
    executors: frozenset[Role]
    delay: int
    lifetime: int
    stand_ins: frozenset[Role] = frozenset()

    @property
    def is_direct(self) -> bool:
        """Whether one signature is enough at once: its roles call the contract themselves."""
        return len(self.slots) == 1 and self.delay == 0

    def among(
        self, organisations: "Sequence[Organisation]", parties: Collection[OrganisationId]
    ) -> "Rule":
        """The rule as it is for a request of these parties: the stand-ins are added wherever all
        who hold the roles asked for are parties, as the Consortium judges it. `organisations` are
        all there are, with the roles that count for the request's contract.
        """

        def filled(roles: frozenset[Role]) -> frozenset[Role]:
            others = any(
                each.roles & roles and each.number not in parties for each in organisations
            )
            return roles if others else roles | self.stand_ins

        if not self.stand_ins:
            return self
        return replace(
            self,
            proposers=filled(self.proposers),
            slots=tuple(filled(slot) for slot in self.slots),
            executors=filled(self.executors),
        )

    @property
    def roles(self) -> frozenset[Role]:
        """All roles that the rule names."""
        return self.proposers.union(self.executors, self.stand_ins, *self.slots)

    @property
    def fields(self) -> RuleFields:
        """The contract's struct `Rule`."""
        return (
            bitmap(self.proposers),
            bitmap(self.executors),
            [bitmap(slot) for slot in self.slots],
            bitmap(self.stand_ins),
            self.delay,
            self.lifetime,
        )

    @property
    def word(self) -> int:
        """The rule as `Consortium.rule` returns it, but for version and act, which are zero."""
        word = bitmap(self.proposers) | bitmap(self.executors) << 16
        for index, slot in enumerate(self.slots):
            word |= bitmap(slot) << 32 + 16 * index
        word |= bitmap(self.stand_ins) << 144
        return word | self.delay << 160 | self.lifetime << 184


def rule_of(word: int) -> Rule | None:
    """The rule that a word of `Consortium.rule` says; None for zero, which is not a rule."""
    if word == 0:
        return None
    slots = [word >> 32 + 16 * index & 0xFFFF for index in range(MOST_SLOTS)]
    return Rule(
        proposers=frozenset(roles_in(word & 0xFFFF)),
        slots=tuple(frozenset(roles_in(slot)) for slot in slots if slot),
        executors=frozenset(roles_in(word >> 16 & 0xFFFF)),
        delay=word >> 160 & LONGEST,
        lifetime=word >> 184 & LONGEST,
        stand_ins=frozenset(roles_in(word >> 144 & 0xFFFF)),
    )


def act_of(word: int) -> int:
    """The number under which the chain keeps the act of a rule's word; 0 for no rule."""
    return word >> 240


@dataclass(frozen=True, slots=True)
class PolicyAct:
    """One act of the policy. `functions` are all signatures under which it can be called, such as
    `issue(uint256)`; they have one rule.
    """

    kind: Kind
    key: str
    name: Text
    functions: tuple[str, ...]
    rule: Rule

    @property
    def selectors(self) -> tuple[bytes, ...]:
        return tuple(selector_of(function) for function in self.functions)

    @property
    def fields(self) -> tuple[int, list[bytes], RuleFields]:
        """The contract's struct `Act`, as `setRules` takes a list of them."""
        return (int(self.kind), list(self.selectors), self.rule.fields)


@dataclass(frozen=True, slots=True)
class Policy:
    """All acts, in the order of the file. `open_functions` are those that nobody's permission is
    asked for, each with the reason.
    """

    acts: tuple[PolicyAct, ...]
    open_functions: Mapping[Kind, Mapping[str, str]]

    def act(self, kind: Kind, function: str) -> PolicyAct | None:
        """The act of a function, by its signature; None where the policy does not list it."""
        for act in self.acts:
            if act.kind == kind and function in act.functions:
                return act
        return None


def selector_of(function: str) -> bytes:
    """The first four bytes of a call, of a signature such as `issue(uint256)`."""
    return keccak(function.encode())[:4]


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation by its number, with the roles that count for what is looked at: those at
    large, and for a token those for that token.
    """

    number: OrganisationId
    roles: frozenset[Role]


def roles_for_a_token(
    at_large: Sequence[frozenset[Role]], named: Sequence[frozenset[Role]]
) -> list[frozenset[Role]]:
    """The roles of each organisation that count for a token, or for a contract beside it, from
    those at large and those named for the token, as `Consortium.holdsRole` judges it: issuer and
    registrar are who is named; brokers too, where one is.
    """
    given = {Role.ISSUER, Role.REGISTRAR}
    if any(Role.BROKER in roles for roles in named):
        given.add(Role.BROKER)
    return [large - given | own for large, own in zip(at_large, named, strict=True)]


@dataclass(frozen=True, slots=True)
class Unmet:
    """An act that the organisations cannot decide, and what is missing."""

    act: PolicyAct
    what: Text


def unmet(policy: Policy, organisations: Sequence[Organisation]) -> tuple[Unmet, ...]:
    """The acts that can never be done: nobody may propose or execute them, or the signatures cannot
    come from as many organisations.
    """
    found: list[Unmet] = []
    everybody = organisations
    for act in policy.acts:
        rule = act.rule
        organisations = everybody
        if act.kind not in (Kind.CONSORTIUM, Kind.PLATFORM, Kind.TOKEN):
            # Beside no token in particular nobody is its issuer or registrar.
            organisations = [
                replace(each, roles=each.roles - {Role.ISSUER, Role.REGISTRAR})
                for each in everybody
            ]
        for nobody, roles in (
            (_NOBODY_PROPOSES, rule.proposers),
            (_NOBODY_EXECUTES, rule.executors),
        ):
            if not any(organisation.roles & roles for organisation in organisations):
                found.append(Unmet(act, nobody.filled(roles=_either(roles))))
        filled = most_filled(rule.slots, organisations)
        if filled < len(rule.slots):
            slots = " + ".join(_either(slot) for slot in rule.slots)
            what = Text(
                "Its {count} {count:signature|signatures} ({slots}) {count:takes|take} as "
                "many organisations; at most {filled} can be given.",
                count=len(rule.slots),
                slots=slots,
                filled=filled,
            )
            found.append(Unmet(act, what))
    return tuple(found)


def most_filled(slots: Sequence[frozenset[Role]], organisations: Sequence[Organisation]) -> int:
    """How many slots different organisations can fill at once: the size of a greatest matching."""
    signer: dict[OrganisationId, int] = {}  # number of the organisation: the slot that it fills

    def place(slot: int, tried: set[int]) -> bool:
        for organisation in organisations:
            number = organisation.number
            if number in tried or not organisation.roles & slots[slot]:
                continue
            tried.add(number)
            if number not in signer or place(signer[number], tried):
                signer[number] = slot
                return True
        return False

    return sum(place(slot, set()) for slot in range(len(slots)))


@dataclass(frozen=True, slots=True)
class PolicyDifference:
    """A function whose rule on the chain is not the policy's. None: it is not listed there."""

    kind: Kind
    function: str
    planned: Rule | None
    on_chain: Rule | None


def compare(policy: Policy, words: Mapping[tuple[Kind, str], int]) -> tuple[PolicyDifference, ...]:
    """Where the chain differs from the policy.

    `words` holds what `Consortium.rule` returns for every function of every kind, by kind and
    signature: those of the policy, and those that it does not list. A function that is missing
    there counts as one without a rule. An act whose functions do not have one word on the chain
    differs in each of them.
    """
    planned = {(act.kind, function): act for act in policy.acts for function in act.functions}
    differences: list[PolicyDifference] = []
    for kind, function in dict.fromkeys([*planned, *words]):
        act = planned.get((kind, function))
        word = words.get((kind, function), 0)
        rule = act.rule if act else None
        torn = act and len({words.get((kind, name), 0) for name in act.functions}) > 1
        if torn or rule_of(word) != rule:
            differences.append(PolicyDifference(kind, function, rule, rule_of(word)))
    return tuple(differences)


def _either(roles: Iterable[Role]) -> str:
    return " | ".join(role.name for role in sorted(roles))
