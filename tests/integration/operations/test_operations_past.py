"""What the events add up to is what the contracts answer, at every block."""

import random

import pytest
from acting import HOUR, PEOPLE, PLEDGEE, Acting, fresh, sheet_with
from example_world import (
    AML,
    ISSUER,
    TRUST_BANK,
    alice,
    bob,
    carol,
    dave,
    evidence,
    frank,
    grace,
)
from past_world import require_agreement, require_same_answers, whole_past

from jp20.chain.contracts.contract import token_at
from jp20.chain.contracts.events import EventDecoder
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.roles import Role
from jp20.domain.register.books import CONSENTS, REQUESTS, RESTRAINTS, TERMS
from jp20.domain.register.events import Cause, RequestProposed
from jp20.domain.register.ledger import Ledger
from jp20.domain.register.movements import Movement, Why
from jp20.domain.token.consent_status import ConsentStatus
from jp20.domain.token.terms import MAX_UNITS
from jp20.operations.register.decisions import NothingMoved, decisions_of
from jp20.operations.token.issue import create_token
from jp20.operations.token.replacement import plan_replacement, replace_token, replacing_token


@pytest.fixture
def acting(world):
    return Acting(world)


def statuses(acting):
    """Where the token's transfers with consent stand, by the fold, by number."""
    ledger = whole_past(acting.session).ledger
    found = {id: each.status for (_, id), each in ledger.rows(CONSENTS).items()}
    return [found[id] for id in sorted(found)]


@pytest.mark.requirement("G15", "S1")
def test_the_past_of_the_founding_agrees(world):
    deployed = max(each.block for each in world.deployment.contracts.values())
    assert require_agreement(world.session, deployed) > 1000


@pytest.mark.requirement("G11", "G15", "G24")
def test_restraints_agree_through_splits_inheritance_and_a_new_wallet(acting):
    first, now = acting.session.connection.block_number(), acting.now()
    acting.act("pledge", alice.address, 30, PLEDGEE)
    acting.act("placeAttachment", alice.address, MAX_UNITS - 1, b"\1" * 32)
    acting.act("lockUp", [alice.address], [80], now + HOUR)
    acting.act("split", 2)  # the attachment means everything from here on
    acting.act("releasePledge", alice.address, 1, 10)
    # Of her 200 units carol inherits 150. Of each kind alice keeps what 50 cover: the pledge whole,
    # 50 of the attachment, of which 4 is the rest, and 50 of the lock-up's 160, of which 5 is.
    acting.act("recordSuccession", [alice.address], [carol.address], [150], Cause.INHERITANCE)
    acting.act("setFrozenTokens", bob.address, 20)
    acting.act("freezeAtOnce", [bob.address], [50])
    acting.act("shortenLockUp", alice.address, 3, now + HOUR // 2)
    acting.act("split", 3)
    acting.world.pass_time(HOUR)
    acting.act("releaseAttachment", carol.address, 4, 1)
    acting.act("unfreeze", bob.address, 150, 30)

    assert require_agreement(acting.session, first) > 500
    assert require_same_answers(fresh(acting.world), first) > 100
    ledger = whole_past(acting.session).ledger
    parts = {id: each for (_, id), each in ledger.rows(RESTRAINTS).items()}
    assert {id: each.rank for id, each in parts.items()} == {1: 1, 2: 2, 3: 3, 4: 2, 5: 3}


@pytest.mark.requirement("G4", "G14", "G15")
def test_promises_end_with_what_they_would_be_served_from(acting):
    """The contract says so by no event."""
    first, session = acting.session.connection.block_number(), acting.session
    agent, deadline = session.settlement.address, acting.now() + 10 * HOUR
    for units in (20, 30):
        acting.own(alice, "commitTransfer", agent, bob.address, units, deadline)
    acting.own(bob, "commitTransfer", agent, carol.address, 60, deadline)
    acting.own(carol, "commitTransfer", agent, dave.address, 40, deadline)
    acting.act("split", 2)
    # Alice has 200, of them 100 promised: what is left of 190 and of 150 covers them, of 99 not.
    opened = ConsentStatus.OPEN
    acting.act("redeemPart", [alice.address], [50])
    assert statuses(acting) == [opened] * 4
    # A forced redemption passes the promises, though 30 of bob's 120 are left.
    acting.act("controllerRedeem", bob.address, 90, b"", b"")
    assert statuses(acting) == [opened] * 4
    acting.act("setFrozenTokens", alice.address, 40)  # 150 - 40 = 110 still cover the 100
    acting.act("redeemPart", [alice.address], [10])
    assert statuses(acting) == [opened] * 4
    acting.act("redeemPart", [alice.address], [1])  # 139 - 40 = 99 do not
    ended = ConsentStatus.CANCELLED
    assert statuses(acting) == [ended, ended, opened, opened]
    acting.as_settlement("settleTransfer", 3)
    assert statuses(acting)[3] is ConsentStatus.SETTLED

    assert require_agreement(session, first) > 300
    require_same_answers(fresh(acting.world), first)


@pytest.mark.requirement("G13", "G15")
def test_a_position_that_moves_takes_its_restraints_and_ends_its_promises(acting):
    first, session = acting.session.connection.block_number(), acting.session
    deadline = acting.now() + 10 * HOUR
    acting.own(alice, "commitTransfer", session.settlement.address, bob.address, 5, deadline)
    acting.act("pledge", alice.address, 30, PLEDGEE)
    acting.act("setFrozenTokens", alice.address, 7)
    acting.decide(session.platform, "addWallets", [(alice.address, frank.address)])
    acting.decide(session.platform, "retireWallets", [alice.address])
    acting.act("movePosition", alice.address, frank.address)

    assert statuses(acting) == [ConsentStatus.CANCELLED]
    assert require_agreement(session, first) > 200
    require_same_answers(fresh(acting.world), first)


@pytest.mark.requirement("G4", "G15")
def test_a_redemption_of_the_whole_issue_agrees(acting):
    session = acting.session
    first, deadline = session.connection.block_number(), acting.now() + 10 * HOUR
    acting.own(alice, "commitTransfer", session.settlement.address, bob.address, 5, deadline)
    acting.act("pledge", alice.address, 30, PLEDGEE)
    acting.act("setFrozenTokens", alice.address, 7)
    acting.act("redeemEarly")
    issuer = acting.token.read(str, "issuerAccount")
    acting.act("redeemAtMaturity", [each.address for each in (alice, bob, carol)] + [issuer])

    assert statuses(acting) == [ConsentStatus.CANCELLED]
    assert require_agreement(session, first) > 200
    require_same_answers(fresh(acting.world), first)


STEPS = (
    lambda a, p, q, n: a.own(p, "transfer", q.address, n),
    lambda a, p, q, n: a.own(p, "requestTransfer", q.address, n, a.now() + HOUR),
    lambda a, p, q, n: a.own(p, "cancelTransfer", n % 8),
    lambda a, p, q, n: a.act("approveTransfer", n % 8),
    lambda a, p, q, n: a.act("rejectTransfer", n % 8, PLEDGEE),
    lambda a, p, q, n: a.own(
        p, "commitTransfer", a.session.settlement.address, q.address, n, a.now() + HOUR
    ),
    lambda a, p, q, n: a.own(p, "releaseTransfer", n % 8),
    lambda a, p, q, n: a.as_settlement("settleTransfer", n % 8),
    lambda a, p, q, n: a.own(p, "redeem", n, b""),
    lambda a, p, q, n: a.act("issue(uint256)", n),
    lambda a, p, q, n: a.act("deliver", [p.address, q.address], [n, n]),
    lambda a, p, q, n: a.act("split", 2),
    lambda a, p, q, n: a.act("redeemPart", [p.address, q.address], [n, 1]),
    lambda a, p, q, n: a.act("controllerRedeem", p.address, n, b"", b""),
    lambda a, p, q, n: a.act("forcedTransfer", p.address, q.address, n),
    lambda a, p, q, n: a.act("forcedTransferWith", (p.address, q.address, n, 0, n % 8)),
    lambda a, p, q, n: a.act("recordTransfer", [p.address], [q.address], [n], Cause.GIFT),
    lambda a, p, q, n: a.act("recordSuccession", [p.address], [q.address], [n], Cause.INHERITANCE),
    lambda a, p, q, n: a.act("pledge", p.address, n, PLEDGEE),
    lambda a, p, q, n: a.act("releasePledge", p.address, n % 8, n),
    lambda a, p, q, n: a.act("placeAttachment", p.address, n, PLEDGEE),
    lambda a, p, q, n: a.act("releaseAttachment", p.address, n % 8, n),
    lambda a, p, q, n: a.act("lockUp", [p.address, q.address], [n, n], a.now() + n * HOUR),
    lambda a, p, q, n: a.act("shortenLockUp", p.address, n % 8, a.now() + HOUR),
    lambda a, p, q, n: a.act("setFrozenTokens", p.address, n),
    lambda a, p, q, n: a.act("freezeAtOnce", [p.address], [n]),
    lambda a, p, q, n: a.act(
        "unfreeze", p.address, a.token.read(int, "getFrozenTokens", p.address), n // 2
    ),
    lambda a, p, q, n: [a.act("pause"), a.act("unpause")],
    lambda a, p, q, n: a.act("setRecordDate", a.now() + n * HOUR),
    lambda a, p, q, n: [
        a.act("setTokenLockUp", a.now() + n * HOUR),
        a.act("shortenTokenLockUp", 1),
    ],
    lambda a, p, q, n: a.act("changeCap", 10_000 + n),
    lambda a, p, q, n: a.act("changeLotSize", 1 + n % 2),
    lambda a, p, q, n: a.act("changeConsentRequired", n % 2 == 0),
    lambda a, p, q, n: a.decide(a.session.platform, "suspendAtOnce", [dave.address]),
    lambda a, p, q, n: a.decide(a.session.platform, "suspend", [dave.address]),
    lambda a, p, q, n: a.decide(a.session.platform, "confirmSuspension", [a.suspended(dave)]),
    lambda a, p, q, n: a.decide(a.session.platform, "reinstate", [a.suspended(dave)]),
    lambda a, p, q, n: a.decide(
        a.session.platform, "renew", [(p.address, a.now() + n * 100 * HOUR)]
    ),
    lambda a, p, q, n: a.decide(a.session.platform, "addWallets", [(carol.address, frank.address)]),
    lambda a, p, q, n: a.decide(a.session.platform, "retireWallets", [carol.address]),
    lambda a, p, q, n: a.act("movePosition", carol.address, frank.address),
    lambda a, p, q, n: a.halt_and_resume(),
    lambda a, p, q, n: a.world.pass_time(n * HOUR),
    lambda a, p, q, n: a.leave_a_request(n),
    lambda a, p, q, n: a.decide(
        a.session.consortium, "grantRole", ISSUER, Role.CUSTODIAN, ZERO_ADDRESS
    ),
    lambda a, p, q, n: a.decide(
        a.session.consortium, "revokeRole", ISSUER, Role.CUSTODIAN, ZERO_ADDRESS
    ),
    lambda a, p, q, n: a.decide(a.session.consortium, "addKey", ISSUER, grace.address),
    lambda a, p, q, n: a.decide(a.session.consortium, "revokeKey", grace.address),
)
"""What may happen to one person or two, with a number; most of it is refused at times."""

STEPS_OF_A_PAST = 70


@pytest.mark.requirement("G15", "G17", "S1")
@pytest.mark.parametrize("seed", range(3))
def test_a_random_past_agrees_at_every_block(world, seed):
    """And folded in parts, and taken back, it is the same."""
    dice, happened = random.Random(seed), set()
    acting = Acting(world)
    if seed % 2:
        acting.use_a_token_with_consent()
    first = acting.session.connection.block_number()
    for _ in range(STEPS_OF_A_PAST):
        step, number = dice.randrange(len(STEPS)), dice.randint(1, 60)
        giver, taker = dice.choice(PEOPLE[:4]), dice.choice(PEOPLE[:4])
        try:
            STEPS[step](acting, giver, taker, number)
        except (JP20Error, LookupError):
            continue
        happened.add(step)
    assert len(happened) > 15  # a past in which little happened shows little
    require_agreement(acting.session, first)
    require_same_answers(fresh(acting.world), first)
    require_the_same_in_parts(acting.session, first)
    require_the_same_of_each_transaction(acting)


def require_the_same_of_each_transaction(acting):
    """Movements are explained from what the Consortium said of their requests alone."""
    token, consortium = acting.token.address, acting.session.consortium.address
    of_token = [each for each in whole_past(acting.session).entries if each.logged.emitter == token]
    moved = [each.movement for each in of_token if isinstance(each.movement, Movement)]
    reader = fresh(acting.world).history
    for transaction in dict.fromkeys(each.at.transaction for each in moved):
        expected = tuple(each for each in moved if each.at.transaction == transaction)
        assert reader.movements(token, consortium, transaction) == expected


def require_the_same_in_parts(session, first):
    """The past up to a block, followed by the rest, is the whole; taken back, it is the part."""
    middle = (first + session.connection.block_number()) // 2
    whole, part = whole_past(session), whole_past(session, middle)
    rest = [each.logged for each in whole.entries if each.logged.at.block > middle]
    part.follow(rest)
    assert (part.ledger, part.entries) == (whole.ledger, whole.entries)
    part.back_to(middle)
    assert part.ledger == whole_past(session, middle).ledger
    part.back_to(0)
    assert part.ledger == Ledger()


@pytest.mark.requirement("G15", "G32")
def test_terms_that_are_changed_agree(acting):
    session = acting.session
    created = create_token(
        session, sheet_with(acting.world.sheet, holder_cap=5), ISSUER, TRUST_BANK, evidence("CR-1")
    )
    acting.token = token_at(session.connection, created.token)
    first, maturity = session.connection.block_number(), acting.token.read(int, "maturity")
    acting.act("changeLotSize", 5)
    acting.act("split", 2)  # a lot is 10 from here on, the cap 20,000
    acting.act("changeCap", 30_000)
    acting.act("changeHolderCap", 4)
    acting.act("changeClasses", 0b1000)
    acting.act("changeResidencies", 0b0110)
    acting.act("changeConsentRequired", True)
    acting.act("extendMaturity", maturity + HOUR)

    assert require_agreement(session, first) > 100
    require_same_answers(fresh(acting.world), first)
    found = whole_past(session).ledger.get(TERMS, created.token)
    terms = found.terms
    assert (terms.lot_size, found.cap, terms.holder_cap) == (10, 30_000, 4)
    assert (terms.classes, terms.residencies) == (0b1000, 0b0110)
    assert (terms.consent_required, found.maturity) == (True, maturity + HOUR)


@pytest.mark.requirement("G15", "G32")
def test_a_token_that_is_replaced_agrees_as_does_the_one_that_replaces_it(acting):
    """Changes of terms among it: they are made known again by the new token."""
    session = acting.session
    sheet = sheet_with(acting.world.sheet, holder_cap=5)
    created = create_token(session, sheet, ISSUER, TRUST_BANK, evidence("CR-1"))
    acting.token = token_at(session.connection, created.token)
    acting.act("issue(uint256)", 1000)
    acting.act("deliver", [each.address for each in PEOPLE[:3]], [100, 60, 40])
    acting.act("pledge", alice.address, 30, PLEDGEE)
    acting.act("changeLotSize", 10)
    acting.act("split", 2)
    acting.act("changeCap", 30_001)
    acting.act("changeHolderCap", 4)
    acting.act("changeClasses", 0b0010)
    acting.act("changeResidencies", 0b0110)
    acting.act("changeConsentRequired", True)
    acting.act("placeAttachment", alice.address, 20, PLEDGEE)
    acting.act("setFrozenTokens", bob.address, 20)
    acting.act("setRecordDate", acting.now() + 90 * 24 * HOUR)
    agent, deadline = session.settlement.address, acting.now() + 90 * 24 * HOUR
    acting.own(carol, "commitTransfer", agent, alice.address, 20, deadline)
    first = session.connection.block_number()
    planned = plan_replacement(session, acting.token, evidence("REPLACE-1"))
    replace_token(session, planned, lambda *told: None)
    acting.token = replacing_token(session, planned)
    acting.act("changeConsentRequired", False)
    acting.own(alice, "transfer", carol.address, 100)
    acting.act("split", 3)
    acting.act("releasePledge", alice.address, 1, 180)
    acting.act("issue(uint256)", 5)
    acting.as_settlement("releaseTransfer", 1)

    assert require_agreement(session, first) > 300
    require_same_answers(fresh(acting.world), first)


@pytest.mark.requirement("G15", "G17")
def test_a_movement_knows_case_document_signers_and_executor(acting):
    decided = acting.act("forcedTransfer", alice.address, bob.address, 8)
    acting.own(alice, "transfer", bob.address, 3)
    acting.own(alice, "redeem", 2, b"")
    case = acting.case

    journal = whole_past(acting.session)
    moved = [each.movement for each in journal.entries if each.movement is not None]
    forced, own, given_up = moved[-3:]
    known = journal.ledger.get(REQUESTS, decided.request)
    assert forced.why is Why.FORCED
    assert forced.grounds.case_id == case.case_id
    assert forced.grounds.document_hash == case.document_hash
    assert forced.grounds.request == decided.request
    assert forced.grounds.signers == tuple(each.organisation for each in known.signatures)
    assert len(forced.grounds.signers) >= 2
    assert forced.grounds.proposer in forced.grounds.signers
    assert acting.session.organisation_of(forced.grounds.key) == forced.grounds.executor
    assert (own.why, own.grounds) == (Why.TRANSFERRED, None)
    assert (given_up.why, given_up.grounds) == (Why.REDEEMED, None)


@pytest.mark.requirement("G15", "G17")
def test_it_is_said_who_decided_and_other_people_s_requests_are_not_read(acting, monkeypatch):
    acting.act("forcedTransfer", alice.address, bob.address, 8)
    own = acting.own(alice, "transfer", bob.address, 3).transaction
    acting.leave_a_request(2)
    forced = whole_past(acting.session).entries
    transaction = next(
        each.movement.at.transaction
        for each in reversed(forced)
        if each.movement is not None and each.movement.why is Why.FORCED
    )
    read = []
    decode = EventDecoder.decode
    monkeypatch.setattr(
        EventDecoder, "decode", lambda *asked: read.append(decode(*asked)) or read[-1]
    )
    session = fresh(acting.world)

    (decided,) = decisions_of(session, acting.token, transaction)
    (by_alice,) = decisions_of(session, acting.token, own)

    names = {member.number: member.name for member in session.members()}
    grounds = decided.grounds
    assert decided.signers == tuple(names[number] for number in grounds.signers)
    assert (decided.proposer, decided.executor) == (
        names[grounds.proposer],
        names[grounds.executor],
    )
    assert decided.case.startswith("PAST-")
    assert (by_alice.case, by_alice.signers, by_alice.executor) == (None, (), None)
    proposed = [each for each in read if isinstance(each, RequestProposed)]
    assert {each.id for each in proposed} == {grounds.request}


@pytest.mark.requirement("G15")
def test_a_transaction_that_moved_nothing_is_said_to_have_moved_nothing(acting):
    with pytest.raises(NothingMoved, match="JP20-TEST moved in transaction 0x0101"):
        decisions_of(acting.session, acting.token, b"\x01" * 32)


@pytest.mark.requirement("G15", "G17")
def test_an_act_of_one_signature_knows_its_case(acting):
    acting.act("freezeAtOnce", [alice.address], [8])
    case = acting.case

    frozen = whole_past(acting.session).entries[-1]
    assert frozen.grounds.case_id == case.case_id
    assert frozen.grounds.request is None
    assert frozen.grounds.signers == (AML,) == (frozen.grounds.executor,)


@pytest.mark.requirement("G15", "G17")
def test_without_the_consortium_s_events_nothing_has_grounds(acting):
    acting.act("forcedTransfer", alice.address, bob.address, 8)

    journal = acting.session.history.journal((acting.token.address,))
    moved = [each.movement for each in journal.entries if each.movement is not None]
    assert moved[-1].why is Why.FORCED
    assert {each.grounds for each in journal.entries} == {None}
