"""What holders do, and the consent to it."""

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
from jp20.domain.base.addresses import address_of
from jp20.domain.token.reasons import Reason
from jp20.operations.governance.acts import carry_out
from jp20.operations.investors.whitelist import suspend_at_once
from jp20.operations.plans.plan import distribute
from jp20.operations.token.issue import create_token, issue_units
from jp20.operations.token.lifecycle import pause
from jp20.operations.token.transfer import (
    ConsentStatus,
    approve_transfers,
    cancel_transfer,
    preview,
    reject_transfer,
    request_transfer,
    transfer,
    transfer_requests,
)


@pytest.fixture
def consent(world) -> str:
    """A token whose transfers wait for consent. Alice has 30 units."""
    terms = replace(
        world.sheet.terms,
        code="JP20-C",
        symbol="C",
        issuer_account=address_of(0x15E6 << 100),
        consent_required=True,
    )
    sheet = replace(world.sheet, terms=terms)
    create_token(world.session, sheet, ISSUER, TRUST_BANK, evidence("C-1"))
    issue_units(world.session, "JP20-C", 100, evidence("C-2"))
    distribute(world.session, "JP20-C", allotments((alice, 30)), evidence("C-3"))
    return "JP20-C"


@pytest.mark.requirement("G3", "S1")
def test_a_transfer_does_what_its_preview_says(world):
    assert preview(world.session, world.token, alice.address, bob.address, 30).allowed
    done = transfer(world.session, world.token, alice, bob.address, 30)
    assert (world.balance(alice), world.balance(bob)) == (70, 90)
    assert done.events[0].event.value == 30


@pytest.mark.requirement("G3", "G7")
def test_what_is_refused_is_refused_with_the_preview_s_reason_and_not_sent(world):
    before = world.session.connection.block_number()
    for to, units, reason in (
        (erin.address, 1, Reason.RECIPIENT_UNKNOWN),
        (bob.address, 101, Reason.INSUFFICIENT_BALANCE),
        (world.sheet.terms.issuer_account, 1, Reason.RECIPIENT_UNKNOWN),
    ):
        foreseen = preview(world.session, world.token, alice.address, to, units)
        assert (foreseen.reason, foreseen.allowed) == (reason, False)
        with pytest.raises(Refused) as refused:
            transfer(world.session, world.token, alice, to, units)
        assert refused.value.reason is reason
        assert reason.text.ja in str(refused.value)
    assert world.session.connection.block_number() == before


@pytest.mark.requirement("G3")
def test_a_paused_token_says_so(world):
    carry_out(world.session, pause(world.session, world.token, evidence("ALONE-1")))
    with pytest.raises(Refused, match="TOKEN_PAUSED"):
        transfer(world.session, world.token, alice, bob.address, 1)


@pytest.mark.requirement("G3")
def test_consent_is_asked_for_and_given(world, consent):
    deadline = world.session.now() + 86_400
    with pytest.raises(Refused, match="CONSENT_REQUIRED"):
        transfer(world.session, consent, alice, bob.address, 1)
    first = request_transfer(world.session, consent, alice, bob.address, 10, deadline)
    second = request_transfer(world.session, consent, alice, carol.address, 5, deadline)
    third = request_transfer(world.session, consent, alice, dave.address, 15, deadline)
    with pytest.raises(Restrained, match="0 free"):
        request_transfer(world.session, consent, alice, bob.address, 1, deadline)
    carry_out(world.session, suspend_at_once(world.session, [carol.address], evidence("ALONE-1")))
    answered = carry_out(
        world.session_of(TRUST_BANK),
        approve_transfers(
            world.session_of(TRUST_BANK), consent, [first.id, second.id], evidence("ALONE-1")
        ),
    )
    assert [(row.units, row.outcome.text.en, row.code) for row in answered.rows] == [
        (10, "done", None),
        (5, "refused", "RECIPIENT_SUSPENDED"),
    ]
    carry_out(
        world.session_of(ISSUER),
        reject_transfer(
            world.session_of(ISSUER), consent, second.id, "KYC-77", evidence("ALONE-1")
        ),
    )
    cancel_transfer(world.session, consent, alice, third.id)
    assert [(each.units, each.status) for each in transfer_requests(world.session, consent)] == [
        (10, ConsentStatus.APPROVED),
        (5, ConsentStatus.REJECTED),
        (15, ConsentStatus.CANCELLED),
    ]
    with pytest.raises(Refused, match="REQUEST_CLOSED"):
        carry_out(
            world.session,
            reject_transfer(world.session, consent, first.id, "LATE", evidence("ALONE-1")),
        )
    assert world.session.token(consent).read(int, "balanceOf", bob.address) == 10
