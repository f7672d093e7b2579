"""A request is proposed, signed by as many organisations as it has slots, and taken back."""

from dataclasses import replace

import pytest
from seven_organisations import (
    AML,
    AUDITOR,
    CASE,
    DAY,
    DOCUMENT,
    FOUNDER,
    ISSUER,
    KEYS,
    NO_SLOT,
    OPERATOR,
    REGISTRAR,
    SEALER,
    STRANGER,
    TRUST,
    selector,
    sleep,
)

from jp20.domain.base.roles import Role, bitmap

PROPOSERS = bitmap([Role.REGISTRAR, Role.AUDITOR])
THIRD_SLOT = bitmap([Role.ISSUER, Role.CUSTODIAN, Role.AML])
WEEK = 7 * DAY


@pytest.fixture
def forced(vault, draft):
    """The request of most tests: vault.add(5) takes REGISTRAR, AUDITOR, and ISSUER, CUSTODIAN or
    AML.
    """
    return draft(vault, vault.add.encode_input(5))


# ---------------------------------------------------------------- proposing


def test_a_proposal_is_known_by_the_hash_of_all_that_it_says(consortium, forced, vault, key):
    fields = forced.request.fields

    tx = consortium.propose(fields, NO_SLOT, b"", key(REGISTRAR))

    event = tx.events["RequestProposed"]
    assert bytes(event["id"]) == forced.request.id == bytes(consortium.idOf(fields))
    assert (event["organisation"], event["key"]) == (REGISTRAR, key(REGISTRAR)["from"])
    assert bytes(event["caseId"]) == CASE
    assert event["request"][0] == vault
    assert tuple(consortium.requestState(forced.request.id)) == (2, tx.timestamp, 0)
    assert tuple(consortium.signaturesOf(forced.request.id)) == (0,) * 7


def test_the_leaf_of_a_call_is_hashed_as_the_software_hashes_it(consortium, forced, vault):
    data = forced.calls[0].data
    assert bytes(consortium.leafOf(0, vault, data)) == forced.request.root


def test_who_proposes_signs_the_slot_whose_role_they_hold(consortium, forced, key):
    tx = consortium.propose(forced.request.fields, 1, b"", key(AUDITOR))

    assert tx.events["RequestSigned"]["slot"] == 1
    assert tuple(consortium.signaturesOf(forced.request.id)) == (0, 4, 0, 0, 0, 0, 0)
    assert tuple(consortium.requestState(forced.request.id)) == (4, tx.timestamp, tx.timestamp)


def test_the_data_of_a_single_call_can_be_published_for_the_signers(consortium, forced, key):
    data = forced.calls[0].data

    tx = consortium.propose(forced.request.fields, 0, data, key(REGISTRAR))

    assert bytes.fromhex(str(tx.events["RequestProposed"]["data"])[2:]) == data


def test_published_data_is_the_call_that_is_decided(
    consortium, vault, draft, forced, ask, refuses, key
):
    other = bytes.fromhex(vault.add.encode_input(6)[2:])
    with refuses("DataMismatch", forced.request.id):
        ask(consortium.propose, forced.request.fields, 0, other, key(REGISTRAR))
    two = draft(vault, vault.add.encode_input(5), vault.add.encode_input(6))
    with refuses("DataMismatch", two.request.id):
        ask(consortium.propose, two.request.fields, 0, two.calls[0].data, key(REGISTRAR))


@pytest.mark.requirement("G17")
@pytest.mark.parametrize("organisation", [OPERATOR, ISSUER, AML, SEALER])
def test_only_a_proposing_role_proposes(consortium, forced, ask, refuses, key, organisation):
    with refuses("RoleMissing", organisation, PROPOSERS):
        ask(consortium.propose, forced.request.fields, NO_SLOT, b"", key(organisation))


@pytest.mark.requirement("S2")
def test_a_stranger_proposes_signs_and_executes_nothing(
    consortium, forced, ask, refuses, key, accounts
):
    consortium.propose(forced.request.fields, 0, b"", key(REGISTRAR))
    for stranger in (accounts[STRANGER], accounts[FOUNDER]):
        sender = {"from": stranger}
        for function, arguments in (
            (consortium.propose, (forced.request.fields, NO_SLOT, b"")),
            (consortium.sign, (forced.request.fields, 1)),
            (consortium.withdraw, (forced.request.id, 0)),
            (consortium.cancel, (forced.request.id,)),
            (consortium.execute, forced.execution(0)),
        ):
            with refuses("KeyUnknown", stranger):
                ask(function, *arguments, sender)


def test_nothing_is_proposed_before_the_seal(unsealed, vault, draft, ask, refuses, key):
    decision = draft(vault, vault.add.encode_input(5))
    with refuses("NotSealed"):
        ask(unsealed.propose, decision.request.fields, 0, b"", key(REGISTRAR))


@pytest.mark.requirement("G17")
def test_a_function_that_the_policy_does_not_list_is_not_proposed(
    consortium, vault, draft, ask, refuses, key
):
    unlisted = draft(vault, vault.unlisted.encode_input())
    with refuses("NotListed", vault.address, unlisted.request.selector):
        ask(consortium.propose, unlisted.request.fields, 0, b"", key(REGISTRAR))


def test_a_contract_that_is_not_registered_is_not_spoken_of(
    consortium, Vault, draft, ask, refuses, key, accounts
):
    stray = Vault.deploy(consortium, {"from": accounts[FOUNDER]})
    decision = draft(stray, stray.add.encode_input(5))
    with refuses("NotListed", stray.address, decision.request.selector):
        ask(consortium.propose, decision.request.fields, 0, b"", key(REGISTRAR))


def changed(decision, **fields):
    return replace(decision.request, **fields)


@pytest.mark.requirement("S3")
def test_what_one_signature_allows_is_called_directly_and_not_proposed(
    consortium, vault, draft, ask, refuses, key
):
    # Executed by the Consortium it would pass for what several decided: an AML officer alone
    # would confirm their own suspension, or repeat it.
    alone = draft(vault, vault.touch.encode_input()).request

    with refuses("CalledDirectly", vault.address, selector("touch()")):
        ask(consortium.propose, alone.fields, 0, b"", key(AML))
    consortium.act(vault, vault.touch.encode_input(), CASE, DOCUMENT, key(AML))


def test_a_request_names_the_rule_in_force(consortium, forced, ask, refuses, key):
    word = forced.request.rule
    eased = changed(forced, rule=word & ~(0xFFFF << 64))  # without the third slot
    with refuses("RuleChanged", eased.rule, word):
        ask(consortium.propose, eased.fields, 0, b"", key(REGISTRAR))


def test_what_waits_for_a_time_is_published(consortium, draft, ask, refuses, key, accounts):
    """Audit N5: two days in which everybody sees it coming, and nothing to be seen."""
    one, two = (consortium.addKey.encode_input(AML, accounts[n]) for n in (20, 21))
    alone, together = draft(consortium, one), draft(consortium, one, two)

    for decision in (alone, together):
        with refuses("DataMissing", decision.request.id):
            ask(consortium.propose, decision.request.fields, 0, b"", key(OPERATOR))
    ask(consortium.propose, alone.request.fields, 0, alone.published_data, key(OPERATOR))


def test_parties_are_named_in_ascending_order_each_once(
    vault, draft, ask, consortium, refuses, key
):
    for parties in ((AML, ISSUER), (ISSUER, ISSUER)):
        decision = draft(vault, vault.add.encode_input(5), parties=parties)
        with refuses("PartiesNotAscending"):
            ask(consortium.propose, decision.request.fields, 0, b"", key(REGISTRAR))


def test_a_request_names_a_case_and_a_document(consortium, forced, ask, refuses, key):
    nothing = bytes(32)
    for case, document in ((nothing, DOCUMENT), (CASE, nothing)):
        bare = changed(forced, case_id=case, document_hash=document)
        with refuses("EvidenceMissing", case, document):
            ask(consortium.propose, bare.fields, 0, b"", key(REGISTRAR))


def test_a_request_has_a_call(consortium, forced, ask, refuses, key):
    with refuses("CallsMissing"):
        ask(consortium.propose, changed(forced, calls=0).fields, 0, b"", key(REGISTRAR))


def test_an_open_request_is_not_proposed_again(consortium, forced, ask, refuses, key):
    consortium.propose(forced.request.fields, 0, b"", key(REGISTRAR))
    with refuses("RequestOpen", forced.request.id):
        ask(consortium.propose, forced.request.fields, 0, b"", key(TRUST))


def test_a_slot_that_the_rule_does_not_have_is_not_signed(consortium, forced, ask, refuses, key):
    for slot in (3, 6, 7, 254):
        with refuses("SlotUnknown", slot):
            ask(consortium.propose, forced.request.fields, slot, b"", key(REGISTRAR))


def test_who_proposes_signs_only_a_slot_of_their_own_role(consortium, forced, ask, refuses, key):
    with refuses("RoleMissing", REGISTRAR, bitmap([Role.AUDITOR])):
        ask(consortium.propose, forced.request.fields, 1, b"", key(REGISTRAR))


# ---------------------------------------------------------------- signing


@pytest.mark.requirement("G17")
def test_every_cell_of_organisation_and_slot_is_as_the_rule_says(
    consortium, forced, ask, refuses, key
):
    consortium.propose(forced.request.fields, NO_SLOT, b"", key(REGISTRAR))
    slots = [bitmap([Role.REGISTRAR]), bitmap([Role.AUDITOR]), THIRD_SLOT]
    may = {
        (REGISTRAR, 0),
        (TRUST, 0),
        (AUDITOR, 1),
        (TRUST, 1),
        (ISSUER, 2),
        (TRUST, 2),
        (AML, 2),
    }
    for organisation in KEYS:
        for slot, roles in enumerate(slots):
            if (organisation, slot) in may:
                ask(consortium.sign, forced.request.fields, slot, key(organisation))
            else:
                with refuses("RoleMissing", organisation, roles):
                    ask(consortium.sign, forced.request.fields, slot, key(organisation))


@pytest.mark.requirement("S3")
def test_two_keys_of_one_organisation_count_once(consortium, forced, ask, refuses, key):
    # The trust bank holds the roles of all three slots and has two keys.
    consortium.propose(forced.request.fields, 0, b"", key(TRUST, 0))

    for slot in (1, 2):
        for which in (0, 1):
            with refuses("AlreadySigned", TRUST, 0):
                ask(consortium.sign, forced.request.fields, slot, key(TRUST, which))


@pytest.mark.requirement("S4")
def test_a_party_neither_proposes_nor_signs(consortium, vault, draft, ask, refuses, key):
    decision = draft(vault, vault.add.encode_input(5), parties=(ISSUER, TRUST))
    with refuses("PartyToTheRequest", TRUST):
        ask(consortium.propose, decision.request.fields, NO_SLOT, b"", key(TRUST))
    consortium.propose(decision.request.fields, 0, b"", key(REGISTRAR))
    for party, slot in ((ISSUER, 2), (TRUST, 1), (TRUST, 2)):
        with refuses("PartyToTheRequest", party):
            ask(consortium.sign, decision.request.fields, slot, key(party))
    ask(consortium.sign, decision.request.fields, 2, key(AML))


def test_a_taken_slot_stays_with_who_signed_it(consortium, forced, ask, refuses, key):
    consortium.propose(forced.request.fields, 0, b"", key(REGISTRAR))
    with refuses("SlotTaken", 0, REGISTRAR):
        ask(consortium.sign, forced.request.fields, 0, key(TRUST))


def test_a_slot_whose_signature_has_lapsed_can_be_filled_anew(consortium, forced, key):
    consortium.propose(forced.request.fields, 0, b"", key(REGISTRAR, 0))
    consortium.revokeOwnKey(key(REGISTRAR, 0)["from"], key(REGISTRAR, 0))

    consortium.sign(forced.request.fields, 0, key(REGISTRAR, 1))

    assert consortium.signaturesOf(forced.request.id)[0] == 3  # the registrar's second key


def test_what_was_never_proposed_is_not_signed(consortium, forced, ask, refuses, key):
    with refuses("RequestNotOpen", forced.request.id):
        ask(consortium.sign, forced.request.fields, 1, key(AUDITOR))


@pytest.mark.requirement("S3")
def test_a_signature_is_for_exactly_what_was_proposed(consortium, forced, ask, refuses, key):
    """Whatever is changed in it, it is another request, and that one was not proposed."""
    consortium.propose(forced.request.fields, 0, b"", key(REGISTRAR))
    for other in (
        changed(forced, root=bytes(32)),
        changed(forced, calls=2),
        changed(forced, case_id=DOCUMENT),
        changed(forced, document_hash=CASE),
        changed(forced, parties=(AML,)),
        changed(forced, rule=forced.request.rule ^ 1 << 64),
    ):
        with refuses("RequestNotOpen", other.id):
            ask(consortium.sign, other.fields, 1, key(AUDITOR))


def test_an_expired_request_is_neither_signed_nor_executed(
    consortium, vault, approved, ask, refuses, key
):
    decision = approved(vault, vault.add.encode_input(5), by={0: REGISTRAR, 1: AUDITOR})
    expiry = consortium.requestState(decision.request.id)[1] + WEEK

    sleep(WEEK)

    with refuses("RequestExpired", decision.request.id, expiry):
        ask(consortium.sign, decision.request.fields, 2, key(ISSUER))
    with refuses("RequestExpired", decision.request.id, expiry):
        ask(consortium.execute, *decision.execution(0), key(REGISTRAR))


def test_an_expired_request_can_be_proposed_again_and_begins_without_signatures(
    consortium, vault, approved, key
):
    decision = approved(vault, vault.add.encode_input(5), by={0: REGISTRAR, 1: AUDITOR, 2: ISSUER})
    sleep(WEEK)

    tx = consortium.propose(decision.request.fields, NO_SLOT, b"", key(AUDITOR))

    assert tuple(consortium.requestState(decision.request.id)) == (4, tx.timestamp, 0)
    assert tuple(consortium.signaturesOf(decision.request.id)) == (0,) * 7


# ---------------------------------------------------------------- taking back


def test_a_signature_can_be_withdrawn_by_any_key_of_its_organisation(
    consortium, vault, approved, ask, refuses, key
):
    decision = approved(vault, vault.add.encode_input(5), by={0: TRUST, 1: AUDITOR, 2: ISSUER})

    tx = consortium.withdraw(decision.request.id, 0, key(TRUST, 1))

    assert tx.events["SignatureWithdrawn"]["organisation"] == TRUST
    with refuses("SignatureMissing", 0):
        ask(consortium.execute, *decision.execution(0), key(REGISTRAR))
    consortium.sign(decision.request.fields, 0, key(REGISTRAR))  # the slot is free again
    consortium.execute(*decision.execution(0), key(REGISTRAR))


def test_anothers_signature_is_not_withdrawn(consortium, forced, ask, refuses, key):
    consortium.propose(forced.request.fields, 0, b"", key(REGISTRAR))
    for organisation, slot in ((AUDITOR, 0), (REGISTRAR, 1)):
        with refuses("NotOwnSignature", organisation, slot):
            ask(consortium.withdraw, forced.request.id, slot, key(organisation))
    with refuses("SlotUnknown", 7):
        ask(consortium.withdraw, forced.request.id, 7, key(REGISTRAR))
    with refuses("RequestNotOpen", CASE):
        ask(consortium.withdraw, CASE, 0, key(REGISTRAR))


def test_the_proposing_organisation_cancels(consortium, vault, approved, ask, refuses, key):
    decision = approved(vault, vault.add.encode_input(5), by={0: TRUST})

    tx = consortium.cancel(decision.request.id, key(TRUST, 1))

    assert tx.events["RequestCancelled"]["organisation"] == TRUST
    assert tuple(consortium.requestState(decision.request.id)) == (0, 0, 0)
    with refuses("RequestNotOpen", decision.request.id):
        ask(consortium.execute, *decision.execution(0), key(REGISTRAR))
    with refuses("RequestNotOpen", decision.request.id):
        ask(consortium.cancel, decision.request.id, key(TRUST))


def test_who_proposed_cancels_nothing_that_another_organisation_signed(
    consortium, vault, draft, ask, refuses, key
):
    """Audit N14: a proposal is its content, so that anybody can be the first to propose it, and
    closed it when all had signed.
    """
    decision = draft(vault, vault.add.encode_input(5))
    id, fields = decision.request.id, decision.request.fields
    consortium.propose(fields, 0, b"", key(TRUST))
    ask(consortium.cancel, id, key(TRUST, 1))  # while it is alone
    consortium.sign(fields, 1, key(AUDITOR))

    with refuses("SignedByOthers", id):
        ask(consortium.cancel, id, key(TRUST))

    consortium.withdraw(id, 1, key(AUDITOR))
    ask(consortium.cancel, id, key(TRUST))


@pytest.mark.requirement("S4")
def test_nobody_else_cancels_not_even_a_party(consortium, vault, draft, ask, refuses, key):
    decision = draft(vault, vault.add.encode_input(5), parties=(ISSUER,))
    consortium.propose(decision.request.fields, 0, b"", key(REGISTRAR))
    for organisation in (ISSUER, AUDITOR, OPERATOR):
        with refuses("NotProposingOrganisation", organisation):
            ask(consortium.cancel, decision.request.id, key(organisation))


def test_a_cancelled_request_can_be_proposed_again(consortium, forced, key):
    consortium.propose(forced.request.fields, 0, b"", key(REGISTRAR))
    consortium.cancel(forced.request.id, key(REGISTRAR))

    consortium.propose(forced.request.fields, 1, b"", key(AUDITOR))

    assert tuple(consortium.signaturesOf(forced.request.id)) == (0, 4, 0, 0, 0, 0, 0)
