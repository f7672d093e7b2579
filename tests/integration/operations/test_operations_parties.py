"""Who is party to a decision by what the chain knows, and that a party neither approves nor stops
it (S4).
"""

import pytest
from example_world import (
    AML,
    AUDITOR,
    BROKER,
    ISSUER,
    KYC,
    OTHER_BROKER,
    TRUST_BANK,
    alice,
    bob,
    carol,
    dave,
    evidence,
)

from jp20.chain.contracts.errors import Reverted
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.domain.register.events import CallExecuted, Cause
from jp20.operations.governance import requests
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.decide import decide
from jp20.operations.governance.parties import known_parties, missing_parties
from jp20.operations.governance.requests import show_request
from jp20.operations.register.report import report
from jp20.operations.token.enforce import (
    find_original,
    force_transfer,
    record_transfers,
    reversal_of,
    reverse,
)
from jp20.operations.token.restraints import attach
from jp20.operations.token.transfer import transfer

pytestmark = pytest.mark.requirement("S4", "G10")


@pytest.fixture
def delivery(world):
    """The delivery of Bob's 60 units, which the broker and the issuer signed."""
    (delivered,) = {
        entry.at.transaction
        for entry in report(world.session, world.token).register.history
        if entry.why.name == "DELIVERED"
    }
    return next(
        find_original(world.session, world.token, delivered, log).original
        for log in range(10)
        if _is_to(world, delivered, log, bob)
    )


def _is_to(world, transaction, log, holder) -> bool:
    found = report(world.session, world.token).register.history
    return any(
        entry.at.transaction == transaction and entry.at.log == log and entry.to == holder.address
        for entry in found
    )


def signers_of(world, case):
    """Who signed the request of a case that was executed."""
    consortium = world.session.consortium.address
    (id,) = {
        entry.event.id
        for entry in world.session.events(consortium)
        if isinstance(entry.event, CallExecuted)
        and show_request(world.session, entry.event.id).case == case
    }
    view = show_request(world.session, id)
    return {slot.signature.organisation for slot in view.slots}, view.request.parties


def reversal_call(world, original, units):
    token = world.session.token(world.token)
    return token.call("reverse", original, original.to, original.from_, units)


def test_who_signed_a_delivery_is_party_to_its_reversal_whoever_lists_them(world, delivery):
    # given
    made = {
        AUDITOR,
        TRUST_BANK,
        ISSUER,
        BROKER,
        OTHER_BROKER,
    }
    by, _ = signers_of(world, "AL-0")
    assert by <= made
    assert ISSUER in by

    # when: nobody is named
    done = reversal_of(
        carry_out(
            world.session, reverse(world.session, world.token, delivery, evidence("RV-1"), units=10)
        )
    )

    # then
    signed, parties = signers_of(world, "RV-1")
    assert set(parties) == by
    assert not signed & by
    assert done.taken == 10


def test_each_known_party_comes_with_its_reason(world, delivery):
    found = known_parties(world.session, [reversal_call(world, delivery, 1)])

    (broker,) = {each.organisation for each in found} - {ISSUER}
    assert broker in (BROKER, OTHER_BROKER)
    reasons = {each.organisation: each.why.en for each in found}
    assert reasons[ISSUER] == "the issuer's account is a side"
    assert reasons[broker] == "signed the disputed movement"


def test_a_registrar_that_signed_by_its_office_is_no_party(world):
    # A transfer made elsewhere: broker and registrar sign, the registrar as registrar.
    recorded = carry_out(
        world.session,
        record_transfers(
            world.session,
            world.token,
            [(alice.address, dave.address, 10)],
            Cause.SALE,
            evidence("REC-1"),
        ),
    )
    sale = recorded.rows[0].transaction
    original = find_original(world.session, world.token, sale).original

    found = known_parties(world.session, [reversal_call(world, original, 10)])

    by, _ = signers_of(world, "REC-1")
    assert TRUST_BANK in by
    assert {each.organisation for each in found} == by - {TRUST_BANK}


def test_a_signature_withdrawn_after_the_movement_does_not_hide_who_signed(world, delivery):
    by, _ = signers_of(world, "AL-0")
    (broker,) = by - {ISSUER}
    for number in sorted(by):
        id = next(
            entry.event.id
            for entry in world.session.events(world.session.consortium.address)
            if isinstance(entry.event, CallExecuted)
            and show_request(world.session, entry.event.id).case == "AL-0"
        )
        requests.withdraw(world.session, world.key(number), id)

    found = known_parties(world.session, [reversal_call(world, delivery, 1)])

    assert {each.organisation for each in found} == {ISSUER, broker}


def test_the_organisation_whose_own_account_is_a_side_is_party(world):
    own = world.key(OTHER_BROKER).address
    token = world.session.token(world.token)

    found = known_parties(world.session, [token.call("forcedTransfer", alice.address, own, 1)])

    assert [(each.organisation, each.why.en) for each in found] == [
        (OTHER_BROKER, "its own account is a side")
    ]


def test_what_disputes_no_movement_has_no_party(world):
    token = world.session.token(world.token)
    issue = token.call("issue", 5)
    assert known_parties(world.session, [issue]) == ()
    assert known_parties(world.session, [world.session.platform.call("halt")]) == ()


def test_who_is_missing_from_the_list_is_found_by_a_signer(world, delivery, monkeypatch):
    # given: a proposer who lists nobody
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(requests, "known_parties", lambda *_: ())
        proposed = requests.propose(
            world.session_of(AUDITOR),
            world.key(AUDITOR),
            [reversal_call(world, delivery, 10)],
            evidence("RV-2"),
        )

    # when
    missing = missing_parties(world.session, proposed.decision.request, proposed.decision.calls)

    # then
    by, _ = signers_of(world, "AL-0")
    assert {each.organisation for each in missing} == by


def test_the_contract_refuses_the_issuers_signature_where_nobody_listed_it(
    world, delivery, monkeypatch
):
    monkeypatch.setattr(requests, "known_parties", lambda *_: ())
    session = world.session_of(AUDITOR, TRUST_BANK, ISSUER)

    with pytest.raises(Reverted) as refused:
        decide(
            session,
            [reversal_call(world, delivery, 10)],
            evidence("RV-3").excluding(BROKER, OTHER_BROKER),
        )

    assert refused.value.decoded.name == "SignedByParty"
    assert world.balance(bob) == 60


# A party neither approves …


def test_a_party_does_not_sign(world):
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    original = find_original(world.session, world.token, sale).original
    proposed = requests.propose(
        world.session,
        world.key(AUDITOR),
        [reversal_call(world, original, 30)],
        evidence("RV-4").excluding(TRUST_BANK),
    )

    with pytest.raises(Reverted) as refused:
        requests.sign(world.session, world.key(TRUST_BANK), proposed.decision.request.id, 1)

    assert refused.value.decoded.name == "PartyToTheRequest"


def test_where_the_only_auditor_is_party_the_kyc_office_signs_in_its_place(world):
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    original = find_original(world.session, world.token, sale).original

    done = reversal_of(
        carry_out(
            world.session,
            reverse(world.session, world.token, original, evidence("RV-5").excluding(AUDITOR)),
        )
    )

    signed, _ = signers_of(world, "RV-5")
    assert KYC in signed
    assert AUDITOR not in signed
    assert done.taken == 30


def test_without_a_stand_in_the_place_of_a_party_stays_empty(world):
    # The KYC office is a party too: nobody is left for the auditor's place.
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    original = find_original(world.session, world.token, sale).original

    with pytest.raises(NotEnoughOrganisations):
        reversal_of(
            carry_out(
                world.session,
                reverse(
                    world.session, world.token, original, evidence("RV-6").excluding(AUDITOR, KYC)
                ),
            )
        )


# … nor stops by not executing


def test_a_party_that_would_execute_stops_nothing(world):
    # The registrar is a party; the auditor executes, with no key of the registrar at hand.
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    original = find_original(world.session, world.token, sale).original
    session = world.session_of(AUDITOR, AML, BROKER)

    done = reversal_of(
        carry_out(
            session, reverse(session, world.token, original, evidence("RV-7").excluding(TRUST_BANK))
        )
    )

    executed = [step.organisation for step in done.decided.steps if step.what == "execute"]
    assert executed == [AUDITOR]
    assert world.balance(dave) == 0


def test_where_all_who_execute_are_parties_the_stand_in_does(world):
    # Registrar and auditor are parties: KYC signs for the auditor, AML for the registrar.
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    original = find_original(world.session, world.token, sale).original
    session = world.session_of(KYC, AML, BROKER)

    done = reversal_of(
        carry_out(
            session,
            reverse(
                session, world.token, original, evidence("RV-8").excluding(TRUST_BANK, AUDITOR)
            ),
        )
    )

    executed = [step.organisation for step in done.decided.steps if step.what == "execute"]
    assert executed == [KYC]
    assert world.balance(alice) == 100


@pytest.mark.requirement("G11")
def test_a_registrar_that_is_party_does_not_stop_a_forced_transfer(world):
    session = world.session_of(KYC, AUDITOR, AML)
    act = force_transfer(
        session,
        world.token,
        carol.address,
        dave.address,
        5,
        evidence("FT-1").excluding(TRUST_BANK),
    )

    done = carry_out(session, act)

    signed, _ = signers_of(world, "FT-1")
    assert signed == {KYC, AUDITOR, AML}
    assert [step.organisation for step in done.steps if step.what == "execute"] == [AUDITOR]


def test_an_attachment_is_placed_without_the_registrar_that_is_party(world):
    session = world.session_of(KYC, AUDITOR)

    carry_out(
        session,
        attach(
            session, world.token, carol.address, 5, "COURT", evidence("AT-1").excluding(TRUST_BANK)
        ),
    )

    assert signers_of(world, "AT-1") == ({KYC, AUDITOR}, (TRUST_BANK,))
