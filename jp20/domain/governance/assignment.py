"""Who takes which part in a decision: proposer, a signature for each slot, executor (G17, S3)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import NOBODY, OrganisationId
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.governance.policy import Organisation, Rule


@dataclass(frozen=True, slots=True)
class Assignment:
    """Organisations by number. `signers` has one for each slot; the proposer may be one of them."""

    proposer: OrganisationId
    signers: tuple[OrganisationId, ...]
    executor: OrganisationId


class NotEnoughOrganisations(JP20Error):
    """The organisations whose keys are at hand cannot carry the decision."""

    def __init__(
        self, what: Text, roles: Collection[Role], parties: Collection[OrganisationId]
    ) -> None:
        named = " | ".join(role.name for role in sorted(roles))
        excluded = ", ".join(str(party) for party in sorted(parties))
        why = Text(
            "It takes {named}, of an organisation that has no other part in it.", named=named
        )
        if parties:
            why = Text("{why} Excluded as parties: {excluded}.", why=why, excluded=excluded)
        super().__init__(
            what,
            why,
            Text("Add the key of such an organisation, or let it sign on its own machine."),
        )
        self.roles = frozenset(roles)


def assign(
    rule: Rule,
    organisations: Sequence[Organisation],
    parties: Collection[OrganisationId] = (),
    signed: Mapping[int, OrganisationId] | None = None,
    proposed: bool = False,
) -> Assignment:
    """Finds the parts, exactly: where it is possible at all, it is found.

    Organisations that stand earlier in the list are taken first. Parties neither propose nor sign;
    they execute where nobody else can. `signed` holds slots that are filled already (slot:
    organisation, which need not be at hand); `proposed`: there is a proposal, and none is needed.
    Raises NotEnoughOrganisations, which names the slot.
    """
    free = [one for one in organisations if one.number not in parties]
    signers = _signers(rule, free, dict(signed or {}), parties)
    chosen = [one for one in free if one.number in signers]
    proposer = NOBODY if proposed else _first([*chosen, *free], rule.proposers)
    if proposer is None:
        raise NotEnoughOrganisations(Text("No key here may propose it."), rule.proposers, parties)
    executor = _first([*chosen, *free, *organisations], rule.executors)
    if executor is None:
        raise NotEnoughOrganisations(Text("No key here may execute it."), rule.executors, ())
    return Assignment(proposer, signers, executor)


def direct(
    rule: Rule, organisations: Sequence[Organisation], parties: Collection[OrganisationId] = ()
) -> OrganisationId:
    """The organisation that acts alone under a rule of one signature. Raises
    NotEnoughOrganisations.
    """
    return assign(rule, organisations, parties).signers[0]


def _signers(
    rule: Rule,
    organisations: Sequence[Organisation],
    signed: Mapping[int, OrganisationId],
    parties: Collection[OrganisationId],
) -> tuple[OrganisationId, ...]:
    """A signature for each slot, each of another organisation: a matching, grown slot by slot. Who
    has a part keeps it where another organisation can fill the slot.
    """
    slot_of = {organisation: slot for slot, organisation in signed.items()}
    fixed = set(slot_of)

    def place(slot: int, tried: set[int]) -> bool:
        for organisation in sorted(organisations, key=lambda one: one.number in slot_of):
            number = organisation.number
            if number in tried | fixed or not organisation.roles & rule.slots[slot]:
                continue
            tried.add(number)
            if number not in slot_of or place(slot_of[number], tried):
                slot_of[number] = slot
                return True
        return False

    for slot, roles in enumerate(rule.slots):
        if slot not in signed and not place(slot, set()):
            raise NotEnoughOrganisations(
                Text(
                    "Slot {slot} of {count} stays without a signature.",
                    slot=slot + 1,
                    count=len(rule.slots),
                ),
                roles,
                parties,
            )
    organisation_of = {slot: organisation for organisation, slot in slot_of.items()}
    return tuple(organisation_of[slot] for slot in range(len(rule.slots)))


def _first(organisations: Sequence[Organisation], roles: Collection[Role]) -> OrganisationId | None:
    return next((one.number for one in organisations if one.roles & frozenset(roles)), None)
