"""What is said beforehand is what the token answers: deliveries, requests for consent, forced
transfers.
"""

from dataclasses import replace

import pytest
from example_world import (
    ISSUER,
    TRUST_BANK,
    alice,
    allotments,
    bob,
    carol,
    dave,
    erin,
    evidence,
)

from jp20.chain.contracts.errors import Refused, Restrained
from jp20.domain.investors.investors import NEVER, InvestorClass, Residency
from jp20.domain.token.movements import ForcedMove, Waiver
from jp20.domain.token.reasons import Reason
from jp20.operations.governance.acts import carry_out, simulate
from jp20.operations.governance.emergency import halt
from jp20.operations.investors.whitelist import reclassify, suspend_at_once
from jp20.operations.plans.plan import distribute
from jp20.operations.token.enforce import force_transfer
from jp20.operations.token.issue import create_token, issue_units
from jp20.operations.token.previews import (
    needs_consent,
    preview_delivery,
    preview_request,
)
from jp20.operations.token.restraints import attach, freeze_at_once, lock_up, placed, pledge
from jp20.operations.token.transfer import preview


@pytest.fixture
def restrained(world):
    """Alice: 100 units, 30 pledged (number 1), 50 attached (number 2), all locked up and frozen."""
    placed(
        world.session,
        pledge(world.session, world.token, alice.address, 30, "BANK", evidence("R-1")),
    )
    placed(
        world.session,
        attach(world.session, world.token, alice.address, 50, "COURT", evidence("R-2")),
    )
    carry_out(
        world.session,
        lock_up(
            world.session, world.token, [(alice.address, 100)], world.year_from_now, evidence("R-3")
        ),
    )
    carry_out(
        world.session,
        freeze_at_once(world.session, world.token, [(alice.address, 100)], evidence("ALONE-1")),
    )
    carry_out(world.session, suspend_at_once(world.session, [carol.address], evidence("ALONE-1")))
    return world


MOVES = {
    "what no restraint keeps": (ForcedMove(alice.address, bob.address, 50), Reason.NONE),
    "one more": (ForcedMove(alice.address, bob.address, 51), Reason.ATTACHED),
    "more than pledge and attachment leave": (
        ForcedMove(alice.address, bob.address, 71),
        Reason.PLEDGED,
    ),
    "more than is there": (
        ForcedMove(alice.address, bob.address, 101),
        Reason.INSUFFICIENT_BALANCE,
    ),
    "the pledge executed": (
        ForcedMove(alice.address, bob.address, 30, executed=1),
        Reason.NONE,
    ),
    "more than the pledge": (
        ForcedMove(alice.address, bob.address, 31, executed=1),
        Reason.PLEDGED,
    ),
    "the attachment executed, beside the senior pledge": (
        ForcedMove(alice.address, bob.address, 50, executed=2),
        Reason.NONE,
    ),
    "more than the attachment": (
        ForcedMove(alice.address, bob.address, 51, executed=2),
        Reason.ATTACHED,
    ),
    "no such restraint": (
        ForcedMove(alice.address, bob.address, 1, executed=9),
        Reason.NO_SUCH_RESTRAINT,
    ),
    "to nobody's wallet": (ForcedMove(bob.address, erin.address, 1), Reason.RECIPIENT_UNKNOWN),
    "to somebody suspended": (
        ForcedMove(bob.address, carol.address, 1, Waiver.CLASS | Waiver.RESIDENCY),
        Reason.RECIPIENT_SUSPENDED,
    ),
    "from somebody suspended": (ForcedMove(carol.address, bob.address, 40), Reason.NONE),
}


@pytest.mark.requirement("G11")
@pytest.mark.parametrize("case", MOVES)
def test_a_forced_transfer_is_foreseen_as_the_token_judges_it(restrained, case):
    move, expected = MOVES[case]

    said = foreseen(restrained, move)

    assert said is answer(restrained, move)
    # Of pledge and attachment the token names one.
    kept = {Reason.PLEDGED, Reason.ATTACHED}
    assert said is expected or {said, expected} == kept


@pytest.mark.requirement("G11")
def test_the_issuer_s_account_and_a_halt_are_foreseen(world):
    issuer = world.session.token(world.token).read(str, "issuerAccount")
    move = ForcedMove(issuer, bob.address, 1)
    assert foreseen(world, move) is Reason.SENDER_IS_ISSUER_ACCOUNT
    assert answer(world, move) is Reason.SENDER_IS_ISSUER_ACCOUNT
    carry_out(world.session, halt(world.session))
    move = ForcedMove(alice.address, bob.address, 1)
    assert foreseen(world, move) is Reason.PLATFORM_HALTED


def foreign(world, **terms) -> str:
    """The same, where nobody but Bob is of the class and residency that may hold."""
    classed = InvestorClass.QUALIFIED_INSTITUTION if "classes" in terms else InvestorClass.GENERAL
    residing = Residency.NON_RESIDENT if "residencies" in terms else Residency.RESIDENT
    carry_out(
        world.session,
        reclassify(world.session, [(bob.address, classed, NEVER, residing)], evidence("ALONE-1")),
    )
    return token_with(world, **terms)


def token_with(world, **terms) -> str:
    """A token with other terms, of which Bob has 20 units and 80 are undistributed."""
    account = "0x00000000000000000000000000000000000015E6"
    changed = replace(
        world.sheet.terms, code="JP20-OTHER", symbol="OTHER", issuer_account=account, **terms
    )
    sheet = replace(world.sheet, terms=changed)
    token = create_token(world.session, sheet, ISSUER, TRUST_BANK, evidence("S-1")).token
    issue_units(world.session, token, 100, evidence("S-2"))
    distribute(world.session, token, allotments((bob, 20)), evidence("S-3"))
    return token


@pytest.mark.requirement("G11")
@pytest.mark.parametrize(
    ("terms", "units", "waivers", "expected"),
    [
        ({"lot_size": 10}, 10, Waiver.NOTHING, Reason.NONE),
        ({"lot_size": 10}, 5, Waiver.NOTHING, Reason.NOT_WHOLE_LOTS),
        ({"lot_size": 10}, 5, Waiver.LOTS_AND_WHOLE_POSITION, Reason.NONE),
        ({"whole_position_only": True}, 20, Waiver.NOTHING, Reason.NONE),
        ({"whole_position_only": True}, 5, Waiver.NOTHING, Reason.NOT_WHOLE_POSITION),
        ({"whole_position_only": True}, 5, Waiver.LOTS_AND_WHOLE_POSITION, Reason.NONE),
        ({"classes": 1 << 3}, 5, Waiver.NOTHING, Reason.RECIPIENT_CLASS),
        ({"classes": 1 << 3}, 5, Waiver.CLASS, Reason.NONE),
        ({"residencies": 1 << 2}, 5, Waiver.NOTHING, Reason.RECIPIENT_RESIDENCY),
        ({"residencies": 1 << 2}, 5, Waiver.RESIDENCY, Reason.NONE),
    ],
)
def test_the_token_s_rules_hold_unless_the_case_waives_them(world, terms, units, waivers, expected):
    token = foreign(world, **terms)
    move = ForcedMove(bob.address, alice.address, units, waivers)

    assert foreseen(world, move, token) is expected
    assert answer(world, move, token) is expected


@pytest.mark.requirement("G3")
def test_a_request_for_consent_is_judged_by_all_rules_but_consent(world):
    token = token_with(world, consent_required=True, lot_size=10)
    assert needs_consent(world.session, token)
    assert not needs_consent(world.session, world.token)
    reasons = [
        (
            preview(world.session, token, bob.address, dave.address, units).reason,
            preview_request(world.session, token, bob.address, dave.address, units).reason,
        )
        for units in (20, 5)
    ]
    assert reasons == [
        (Reason.CONSENT_REQUIRED, Reason.NONE),
        (Reason.CONSENT_REQUIRED, Reason.NOT_WHOLE_LOTS),
    ]


@pytest.mark.requirement("G2")
def test_a_delivery_is_foreseen_as_the_token_judges_it(world):
    token = token_with(world, lot_size=10)
    # 100 issued, 20 delivered: 80 are left.
    expected = {
        (dave.address, 80): Reason.NONE,
        (dave.address, 90): Reason.INSUFFICIENT_BALANCE,
        (dave.address, 15): Reason.NOT_WHOLE_LOTS,
        (erin.address, 10): Reason.RECIPIENT_UNKNOWN,
    }
    for (to, units), reason in expected.items():
        assert preview_delivery(world.session, token, to, units).reason is reason
    carry_out(world.session, halt(world.session))
    assert preview_delivery(world.session, token, dave.address, 80).reason is Reason.PLATFORM_HALTED


def foreseen(world, move: ForcedMove, token=None) -> Reason:
    """What the node says that the contract would say."""
    contract = world.session.token(token or world.token)
    refusal = simulate(world.session, contract.call("forcedTransferWith", move))
    if isinstance(refusal, Restrained):
        return Reason.PLEDGED
    return Reason.NONE if refusal is None else refusal.reason


def answer(world, move: ForcedMove, token=None) -> Reason:
    """What the contract says, to a decision of all organisations."""
    try:
        carry_out(
            world.session,
            force_transfer(
                world.session,
                token or world.token,
                move.from_,
                move.to,
                move.amount,
                evidence("ASKED"),
                move.waivers,
                move.executed,
            ),
        )
    except Refused as refused:
        return refused.reason
    except Restrained:
        return Reason.PLEDGED
    return Reason.NONE
