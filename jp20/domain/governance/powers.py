"""What organisations can decide with nobody else, by the policy and their roles (G17, S3, S4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from jp20.domain.base.ids import OrganisationId
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.governance.policy import (
    Kind,
    Organisation,
    Policy,
    Rule,
    most_filled,
    roles_for_a_token,
)

LARGEST: Final = 3
"""The most organisations of a group that is looked at."""


@dataclass(frozen=True, slots=True)
class RuledAct:
    """An act under a rule. `kind` is the number of the kind of contract: the chain may have others
    than `Kind`.
    """

    kind: int
    key: str
    name: Text
    rule: Rule


@dataclass(frozen=True, slots=True)
class Place:
    """A contract that acts are done on, or several on which the same roles count, with the
    organisations and the roles that count there.
    """

    name: Text
    kind: int
    organisations: tuple[Organisation, ...]


@dataclass(frozen=True, slots=True)
class Power:
    """Organisations, by number, that together propose, sign and execute an act; without one of them
    the others cannot. `parties` are those whom the request has to name as parties, so that others
    stand in for them (S4); none where the rule's own roles are enough.
    """

    organisations: tuple[OrganisationId, ...]
    place: Place
    act: RuledAct
    parties: tuple[OrganisationId, ...] = ()


def acts_of(policy: Policy) -> tuple[RuledAct, ...]:
    """The acts of a policy file."""
    return tuple(RuledAct(act.kind, act.key, act.name, act.rule) for act in policy.acts)


def places_before_deployment(
    organisations: Sequence[Organisation], names: Mapping[OrganisationId, str]
) -> tuple[Place, ...]:
    """The contracts that there will be, by the organisations' roles at large and their names."""
    at_large = tuple(organisations)
    beside_no_token = _with_named(at_large, {})
    return (
        Place(Kind.CONSORTIUM.text, Kind.CONSORTIUM, at_large),
        Place(Kind.PLATFORM.text, Kind.PLATFORM, at_large),
        *tokens_to_come(at_large, names),
        Place(Kind.SETTLEMENT.text, Kind.SETTLEMENT, beside_no_token),
    )


def tokens_to_come(
    organisations: Sequence[Organisation], names: Mapping[OrganisationId, str]
) -> tuple[Place, ...]:
    """A token of each issuer and registrar that can be named for one, by the roles at large."""
    pairs = [
        (issuer.number, registrar.number)
        for issuer in organisations
        if Role.ISSUER in issuer.roles
        for registrar in organisations
        if Role.REGISTRAR in registrar.roles
    ]
    return tuple(
        Place(
            Kind.TOKEN.text
            if len(pairs) == 1
            else Text(
                "token of {issuer}, registrar {registrar}",
                issuer=names[issuer],
                registrar=names[registrar],
            ),
            Kind.TOKEN,
            _with_named(organisations, {Role.ISSUER: issuer, Role.REGISTRAR: registrar}),
        )
        for issuer, registrar in pairs
    )


def _with_named(
    organisations: Sequence[Organisation], named: Mapping[Role, int]
) -> tuple[Organisation, ...]:
    """The roles that count where some are named for the contract, and nobody else."""
    roles = roles_for_a_token(
        [each.roles for each in organisations],
        [
            frozenset(role for role, number in named.items() if number == each.number)
            for each in organisations
        ],
    )
    return tuple(
        Organisation(each.number, own) for each, own in zip(organisations, roles, strict=True)
    )


def powers(
    acts: Sequence[RuledAct], places: Sequence[Place], largest: int = LARGEST
) -> tuple[Power, ...]:
    """All groups of at most `largest` organisations that can carry an act from its proposal to its
    execution, the smallest first. A group that contains another one with the power is left out.
    """
    known: dict[tuple[Rule, tuple[Organisation, ...]], list[_Group]] = {}
    found: list[Power] = []
    for place in places:
        for act in acts:
            if act.kind != place.kind:
                continue
            case = act.rule, place.organisations
            if case not in known:
                known[case] = list(_groups(*case, largest))
            found += [Power(group, place, act, parties) for group, parties in known[case]]
    return tuple(sorted(found, key=lambda power: (len(power.organisations), power.organisations)))


_Group = tuple[tuple[OrganisationId, ...], tuple[OrganisationId, ...]]
"""Organisations, and those that they name as parties."""


def _groups(rule: Rule, organisations: tuple[Organisation, ...], largest: int) -> Iterator[_Group]:
    having_a_part = [each for each in organisations if each.roles & rule.roles]
    smallest: list[frozenset[int]] = []
    standing_in: list[frozenset[int]] = []
    for size in range(len(rule.slots), largest + 1):
        for group in combinations(having_a_part, size):
            numbers = frozenset(each.number for each in group)
            if any(each <= numbers for each in smallest):
                continue
            if _decides(rule.among(organisations, ()), group):
                smallest.append(numbers)
                yield tuple(sorted(numbers)), ()
            elif rule.stand_ins and not any(each <= numbers for each in standing_in):
                parties = _parties_needed(rule, organisations, group)
                if parties:
                    standing_in.append(numbers)
                    yield tuple(sorted(numbers)), parties


def _decides(rule: Rule, group: Sequence[Organisation]) -> bool:
    return (
        any(each.roles & rule.proposers for each in group)
        and any(each.roles & rule.executors for each in group)
        and most_filled(rule.slots, group) == len(rule.slots)
    )


def _parties_needed(
    rule: Rule, organisations: Sequence[Organisation], group: Sequence[Organisation]
) -> tuple[OrganisationId, ...]:
    """Whom a group has to name as parties to decide by standing in for them; nobody where it does
    not help.
    """
    parties = [each.number for each in organisations if each not in group and each.roles]
    if not _decides(rule.among(organisations, parties), group):
        return ()
    for party in tuple(parties):
        fewer = [each for each in parties if each != party]
        if _decides(rule.among(organisations, fewer), group):
            parties = fewer
    return tuple(parties)
