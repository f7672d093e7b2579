"""Entries are applied and undone; whatever comes in parts is the whole."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solidity import CONTRACTS

from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.base.at import At
from jp20.domain.base.roles import Role
from jp20.domain.governance.requests import Request
from jp20.domain.register import events as e
from jp20.domain.register.books import (
    BALANCES,
    CONSENTS,
    EXECUTED,
    FACTS,
    KEYS,
    ORGANISATIONS,
    REQUESTS,
    RESTRAINED,
    RESTRAINTS,
    ROLES,
    RULES,
    SUPPLY,
    TARGETS,
    Quantity,
    TargetRecord,
)
from jp20.domain.register.journal import Journal
from jp20.domain.register.ledger import Ledger, apply, undo
from jp20.domain.register.movements import BrokenRegister, Why
from jp20.domain.token.consent_status import ConsentStatus
from jp20.domain.token.term_sheet import parse_term_sheet
from jp20.domain.token.terms import MAX_UNITS

TOKEN, CONSORTIUM, PLATFORM, ISSUER, ALICE, BOB, CAROL, KEY, OTHER_KEY = (
    address_of(number) for number in range(1, 10)
)
CASE, DOCUMENT, ROOT, ID = (bytes([number]) * 32 for number in range(1, 5))
WORD = 100 << 184
"""A rule of which only the lifetime is set: 100 seconds."""

TERMS = replace(
    parse_term_sheet(
        (CONTRACTS.parent / "examples/term-sheets/qualified-bond.toml").read_bytes(), "t"
    ).terms,
    issuer_account=ISSUER,
)
REQUEST = Request(TOKEN, b"\0" * 4, ROOT, 2, CASE, DOCUMENT, (), WORD)
PROPOSED = e.RequestProposed(ID, CASE, 1, KEY, REQUEST, b"")


def log(event, emitter, block, number):
    return e.LoggedEvent(event, emitter, At(block, bytes([block]) * 32, number, 1000 + block))


def chain(*transactions, first=1):
    """One transaction a block; each event by its kind's contract."""
    return [
        log(event, emitter(event), block, number)
        for block, events in enumerate(transactions, first)
        for number, event in enumerate(events)
    ]


def emitter(event):
    if type(event) in e.ConsortiumEvent.__args__:
        return CONSORTIUM
    return PLATFORM if type(event) in e.PlatformEvent.__args__ else TOKEN


def followed(events):
    journal = Journal()
    journal.follow(events)
    return journal


CREATED = [e.TermsSet(TERMS)]
ISSUED = [e.Transfer(ZERO_ADDRESS, ISSUER, 100), e.TrancheIssued(1, 100)]
DELIVERED = [e.Transfer(ISSUER, ALICE, 60), e.Transfer(ISSUER, BOB, 40), e.Delivered(100)]
BEGINNING = (CREATED, ISSUED, DELIVERED)


def test_an_entry_is_applied_after_the_one_before_it_only():
    first, second = followed(chain(CREATED, ISSUED)).entries[:2]
    ledger = Ledger()
    with pytest.raises(ValueError, match="follows"):
        apply(ledger, second)
    apply(ledger, first)
    apply(ledger, second)
    with pytest.raises(ValueError, match="follows"):
        apply(ledger, second)


def test_the_last_entry_alone_is_undone():
    journal = followed(chain(CREATED, ISSUED))
    with pytest.raises(ValueError, match="the ledger is at"):
        undo(journal.ledger, journal.entries[0])
    undo(journal.ledger, journal.entries[-1])


def test_an_entry_of_another_past_is_not_applied():
    entry = followed(chain(CREATED, ISSUED, DELIVERED)).entries[3]  # from the issuer's 100
    other = followed(chain(CREATED, [e.Transfer(ZERO_ADDRESS, ISSUER, 70), e.Paused(ISSUER)]))
    with pytest.raises(ValueError, match="balances"):
        apply(other.ledger, entry)


def test_a_transaction_that_does_not_add_up_leaves_the_ledger_as_it_was():
    journal = followed(chain(*BEGINNING))
    with pytest.raises(BrokenRegister):
        journal.follow(chain([e.Transfer(ALICE, BOB, 1), e.Transfer(CAROL, BOB, 1)], first=4))
    assert journal.ledger == followed(chain(*BEGINNING)).ledger


@pytest.mark.requirement("G15", "G17")
def test_a_movement_knows_its_decision_and_a_holder_s_own_has_none():
    journal = followed(
        chain(
            *BEGINNING,
            [PROPOSED, e.RequestSigned(ID, 1, 0, KEY)],
            [e.RequestSigned(ID, 2, 1, OTHER_KEY)],
            [
                e.Transfer(ALICE, BOB, 1),  # before the Consortium calls: nobody's decision
                e.CallExecuted(ID, 3, 0, CAROL),
                e.Transfer(ALICE, BOB, 5),
                e.ForcedTransfer(ALICE, BOB, 5),
                e.RestraintSet(ALICE, 1, e.RestraintKind.PLEDGE, 4, 0, CASE),
                e.TransferRequested(0, ALICE, BOB, 5, 2000),
            ],
        )
    )
    own, executed, moved, _, pledged, asked = journal.entries[-6:]
    assert (own.movement.why, own.grounds, own.movement.grounds) == (Why.TRANSFERRED, None, None)
    grounds = moved.movement.grounds
    assert (grounds.case_id, grounds.document_hash, grounds.request) == (CASE, DOCUMENT, ID)
    assert (grounds.proposer, grounds.signers, grounds.executor) == (1, (1, 2), 3)
    assert grounds.key == CAROL
    assert executed.grounds == moved.grounds == pledged.grounds == grounds
    assert asked.grounds is None


@pytest.mark.requirement("G17")
def test_signers_are_those_whose_signatures_stand_at_the_execution():
    journal = followed(
        chain(
            *BEGINNING,
            [PROPOSED, e.RequestSigned(ID, 1, 0, KEY)],
            [e.SignatureWithdrawn(ID, 1, 0, KEY)],
            [e.RequestSigned(ID, 2, 0, OTHER_KEY)],
            [e.CallExecuted(ID, 2, 1, OTHER_KEY)],
        )
    )
    assert journal.entries[-1].grounds.signers == (2,)
    known = journal.ledger.get(REQUESTS, ID)
    # Proposed in block 4 at 1004, for 100 seconds; signed last in block 6.
    assert (known.proposer, known.lapses_at, known.signed_at) == (1, 1104, 1006)
    assert journal.ledger.get(EXECUTED, (CASE, ROOT)) == 1


@pytest.mark.requirement("G17")
def test_an_act_of_one_signature_is_a_decision_of_its_organisation():
    acted = e.ActedDirectly(CASE, TOKEN, 7, b"\0" * 4, DOCUMENT, ROOT, KEY)
    journal = followed(chain(*BEGINNING, [acted, e.Frozen(ALICE, 5)]))
    grounds = journal.entries[-1].grounds
    assert (grounds.request, grounds.proposer, grounds.signers) == (None, 7, (7,))
    assert (grounds.executor, grounds.case_id, grounds.key) == (7, CASE, KEY)


@pytest.mark.requirement("G17")
def test_a_request_that_is_proposed_again_begins_without_a_signature():
    ledger = followed(
        chain(
            [PROPOSED, e.RequestSigned(ID, 1, 0, KEY)],
            [e.RequestCancelled(ID, 1, KEY)],
        )
    ).ledger
    assert ledger.get(REQUESTS, ID).cancelled
    again = followed(
        chain(
            [PROPOSED, e.RequestSigned(ID, 1, 0, KEY)],
            [e.RequestCancelled(ID, 1, KEY)],
            [PROPOSED],
        )
    ).ledger.get(REQUESTS, ID)
    assert (again.cancelled, again.signatures, again.at.block) == (False, (), 3)


@pytest.mark.requirement("S2")
def test_an_organisation_that_is_removed_has_no_keys():
    ledger = followed(
        chain(
            [e.OrganisationAdded(1, "one"), e.KeyAdded(1, KEY, 1), e.KeyAdded(1, OTHER_KEY, 2)],
            [e.RoleGranted(1, Role.KYC, ZERO_ADDRESS), e.KeyRevoked(1, OTHER_KEY, 2)],
            [e.RoleRevoked(1, Role.KYC, ZERO_ADDRESS), e.OrganisationRemoved(1)],
        )
    ).ledger
    organisation = ledger.get(ORGANISATIONS, 1)
    assert (organisation.active, organisation.keys) == (False, ())
    assert [ledger.get(KEYS, key).active for key in (KEY, OTHER_KEY)] == [False, False]
    assert ledger.get(ROLES, (1, ZERO_ADDRESS)) is None


@pytest.mark.requirement("G17")
def test_a_rule_is_every_selector_s_of_its_act_until_it_is_removed():
    names = (b"aaaa", b"bbbb")
    transactions = ([e.RuleSet(3, 1, names, WORD)], [e.RuleRemoved(3, 1, names)])
    assert followed(chain(transactions[0])).ledger.get(RULES, (3, b"bbbb")) == WORD
    assert followed(chain(*transactions)).ledger == replace_place(Ledger(), (2, 0))


def test_a_contract_is_a_target_until_it_is_taken_out():
    transactions = ([e.TargetRegistered(TOKEN, 3, TOKEN)], [e.TargetUnregistered(TOKEN, 3)])
    known = followed(chain(transactions[0])).ledger.get(TARGETS, TOKEN)
    assert known == TargetRecord(3, TOKEN)
    assert followed(chain(*transactions)).ledger.get(TARGETS, TOKEN) is None


def replace_place(ledger, place):
    ledger.place = place
    return ledger


@pytest.mark.requirement("G8", "G6")
def test_what_outgrows_the_field_means_everything_and_stays_so():
    nearly = Quantity(MAX_UNITS // 2 + 1, 0)
    assert nearly.saturated_at((1, 2)) == MAX_UNITS
    assert Quantity(10, 1).saturated_at((1, 2, 6)) == 30  # 10 × 6 / 2


@pytest.mark.requirement("G11")
def test_a_restraint_that_ended_keeps_no_units_and_is_not_listed():
    ledger = followed(
        chain(
            *BEGINNING,
            [e.RestraintSet(ALICE, 1, e.RestraintKind.PLEDGE, 4, 0, CASE)],
            [e.RestraintChanged(ALICE, 1, 0, 0)],
        )
    ).ledger
    assert not ledger.get(RESTRAINTS, (TOKEN, 1)).holds(0)
    assert ledger.get(RESTRAINED, (TOKEN, ALICE)) is None


@pytest.mark.requirement("G8")
def test_a_lock_up_holds_until_its_second_and_a_pledge_until_it_is_released():
    ledger = followed(
        chain(
            *BEGINNING,
            [e.RestraintSet(ALICE, 1, e.RestraintKind.LOCK_UP, 4, 2000, bytes(32))],
            [e.RestraintSet(ALICE, 2, e.RestraintKind.PLEDGE, 4, 0, CASE)],
        )
    ).ledger
    lock_up, pledge = (ledger.get(RESTRAINTS, (TOKEN, id)) for id in (1, 2))
    assert [lock_up.holds(1999), lock_up.holds(2000), pledge.holds(2000)] == [True, False, True]


@pytest.mark.parametrize(
    ("left", "status"), [(50, ConsentStatus.OPEN), (49, ConsentStatus.CANCELLED)]
)
@pytest.mark.requirement("G4", "G14")
def test_promises_end_where_a_redemption_leaves_too_little_beside_the_restraints(left, status):
    # Of her 60 alice has promised 40, and 10 are pledged: 50 have to stay.
    ledger = followed(
        chain(
            *BEGINNING,
            [e.TransferRequested(0, ALICE, BOB, 40, 9000)],
            [e.RestraintSet(ALICE, 1, e.RestraintKind.PLEDGE, 10, 0, CASE)],
            [
                e.Transfer(ALICE, ZERO_ADDRESS, 60 - left),
                e.Redeemed(CONSORTIUM, ALICE, 60 - left, b""),
            ],
        )
    ).ledger
    assert ledger.get(CONSENTS, (TOKEN, 0)).status is status
    assert ledger.get(SUPPLY, TOKEN) == 100 - 60 + left


@pytest.mark.requirement("G4", "G14")
def test_a_forced_redemption_leaves_promises_as_they_are():
    ledger = followed(
        chain(
            *BEGINNING,
            [e.TransferRequested(0, ALICE, BOB, 40, 9000)],
            [
                e.Transfer(ALICE, ZERO_ADDRESS, 60),
                e.Redeemed(CONSORTIUM, ALICE, 60, b""),
                e.ControllerRedemption(CONSORTIUM, ALICE, 60, b"", b""),
            ],
        )
    ).ledger
    assert ledger.get(CONSENTS, (TOKEN, 0)).status is ConsentStatus.OPEN


@pytest.mark.parametrize(
    "events",
    [
        [e.RequestSigned(ID, 1, 0, KEY)],
        [e.SignatureWithdrawn(ID, 1, 0, KEY)],
        [e.RequestCancelled(ID, 1, KEY)],
        [e.CallExecuted(ID, 1, 0, KEY)],
        [e.OrganisationRemoved(1)],
        [e.KeyAdded(1, KEY, 1)],
        [e.KeyRevoked(1, KEY, 1)],
        [e.SuspensionConfirmed(5, 1)],
        [e.RestraintChanged(ALICE, 1, 5, 0)],
        [e.RestraintCarried(1, 2, ALICE, BOB, 5)],
        [e.TransferCancelled(0)],
        [e.TransferRejected(0, CASE)],
        [e.CommitmentApproved(0)],
        [e.CommitmentReleased(0)],
        [e.MaturityChanged(0, 5)],
        [e.TokenLockUpSet(5)],
        [e.CapChanged(5, 6)],
        [e.UnitsSplit(2, 2)],
    ],
    ids=lambda events: type(events[0]).__name__,
)
@pytest.mark.requirement("G15")
def test_an_event_without_what_it_speaks_of_is_refused(events):
    with pytest.raises(BrokenRegister):
        followed(chain(events))


# Random pasts


PEOPLE = (ISSUER, ALICE, BOB, CAROL)


class RandomPast:
    """Transactions that a contract could have made, by a model that knows balances only."""

    def __init__(self):
        self.held = dict.fromkeys(PEOPLE, 0)
        self.splits = self.restraints = self.asked = self.executed = 0
        self.transactions = [CREATED, [PROPOSED]]

    def add(self, step, giver, taker, number):
        from_, to = PEOPLE[giver], PEOPLE[taker]
        units = min(number, self.held[from_])
        match step:
            case 0:
                self.held[ISSUER] += number
                moved = [e.Transfer(ZERO_ADDRESS, ISSUER, number), e.TrancheIssued(1, number)]
            case 1:
                self.held[from_] -= units
                self.held[to] += units
                moved = [e.Transfer(from_, to, units)]
            case 2:
                self.held[from_] -= units
                moved = [e.Transfer(from_, ZERO_ADDRESS, units), e.Redeemed(KEY, from_, units, b"")]
            case 3:
                self.splits += 1
                self.held = {each: 2 * held for each, held in self.held.items()}
                moved = [e.UnitsSplit(self.splits, 2)]
            case 4:
                self.restraints += 1
                kind = e.RestraintKind(number % 3)
                moved = [e.RestraintSet(from_, self.restraints, kind, number, 0, CASE)]
            case 5:
                self.asked += 1
                moved = [e.TransferRequested(self.asked, from_, to, number, 9000)]
            case 6:
                moved = [e.Frozen(from_, number % 5)]
            case 7:
                moved = [e.FactsChanged(from_, number), e.InvestorSuspended(number, number % 2)]
            case 8:
                moved = [e.RequestSigned(ID, number, number % 7, KEY)]
            case _:
                self.executed += 1
                self.held[from_] -= units
                self.held[to] += units
                moved = [
                    e.CallExecuted(ID, 1, self.executed, KEY),
                    e.Transfer(from_, to, units),
                    e.ForcedTransfer(from_, to, units),
                ]
        self.transactions.append(moved)


steps = st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 3), st.integers(1, 50))


@pytest.mark.requirement("G15", "S1")
@settings(deadline=None, derandomize=True)
@given(st.lists(steps, max_size=40), st.data())
def test_a_past_in_parts_is_the_whole_and_taken_back_is_the_part(history, data):
    past = RandomPast()
    for step in history:
        past.add(*step)
    events = chain(*past.transactions)
    cut = data.draw(st.integers(0, len(past.transactions)), label="cut")
    before = [each for each in events if each.at.block <= cut]

    whole, part = followed(events), followed(before)
    part.follow(events[len(before) :])
    assert (part.ledger, part.entries) == (whole.ledger, whole.entries)
    part.back_to(cut)
    assert part.ledger == followed(before).ledger
    part.back_to(0)
    assert part.ledger == Ledger()

    ledger = whole.ledger
    factor = 2**past.splits
    balances = {
        account: each.units * factor // 2**each.splits
        for (_, account), each in ledger.rows(BALANCES).items()
    }
    assert balances == {each: held for each, held in past.held.items() if held}
    assert sum(balances.values()) == (ledger.get(SUPPLY, TOKEN) or 0)
    assert set(ledger.rows(FACTS)) <= {(PLATFORM, each) for each in PEOPLE}
