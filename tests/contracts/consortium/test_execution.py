"""A request is executed once, as signed, by the rule in force, and nothing slips in beside it."""

from dataclasses import replace

import pytest
from seven_organisations import (
    AML,
    AT_LARGE,
    AUDITOR,
    DAY,
    FORCED,
    HOUR,
    ISSUER,
    NO_SLOT,
    OPERATOR,
    OWN,
    POLICY,
    REGISTRAR,
    SEALER,
    TOKEN,
    TRUST,
    selector,
    sleep,
)

from jp20.domain.base.roles import Role, bitmap

ROW_A, ROW_B, ROW_C = 5, 70, 900  # amounts whose sums tell which calls were made


@pytest.fixture
def signed(vault, approved, consortium):
    """vault.add(5), signed by registrar, auditor and issuer."""
    return approved(vault, vault.add.encode_input(5), by=FORCED)


# ---------------------------------------------------------------- what goes through


@pytest.mark.requirement("S3")
def test_a_signed_call_is_made_by_the_consortium(consortium, vault, signed, key):
    tx = consortium.execute(*signed.execution(0), key(REGISTRAR))

    assert vault.total() == 6  # 1 at the start, and 5
    executed = tx.events["CallExecuted"]
    assert (bytes(executed["id"]), executed["index"]) == (signed.request.id, 0)
    assert (executed["organisation"], executed["key"]) == (REGISTRAR, key(REGISTRAR)["from"])
    assert tx.events["Added"]["amount"] == 5
    case, root = signed.request.case_id, signed.request.root
    assert consortium.isExecuted(case, root, 0)
    assert consortium.executedCount(case, root) == 1


def test_what_the_target_returns_is_handed_on(consortium, signed, ask, key):
    answer = ask(consortium.execute, *signed.execution(0), key(REGISTRAR))

    # bytes at offset 32, 32 long: the new total, 6
    assert [int.from_bytes(answer[i : i + 32]) for i in (0, 32, 64)] == [32, 32, 6]


def test_what_the_target_refuses_with_is_handed_on(consortium, vault, approved, ask, refuses, key):
    decision = approved(vault, vault.refuse.encode_input(42), by={0: REGISTRAR, 1: AUDITOR})
    with refuses("Refused", 42):
        ask(consortium.execute, *decision.execution(0), key(REGISTRAR))


def test_a_party_may_execute_what_others_decided(consortium, vault, approved, key):
    decision = approved(
        vault, vault.add.encode_input(5), by={0: TRUST, 1: AUDITOR, 2: ISSUER}, parties=(REGISTRAR,)
    )

    consortium.execute(*decision.execution(0), key(REGISTRAR))

    assert vault.total() == 6


def test_calls_of_a_request_are_executed_each_on_its_own_in_any_order(
    consortium, vault, approved, ask, refuses, key
):
    calls = [vault.add.encode_input(amount) for amount in (ROW_A, ROW_B, ROW_C)]
    decision = approved(vault, *calls, by=FORCED)
    case, root = decision.request.case_id, decision.request.root

    consortium.execute(*decision.execution(2), key(REGISTRAR))
    consortium.execute(*decision.execution(0), key(REGISTRAR))

    assert vault.total() == 1 + 900 + 5
    assert [consortium.isExecuted(case, root, index) for index in range(3)] == [True, False, True]
    assert consortium.executedCount(case, root) == 2
    with refuses("CallAlreadyExecuted", decision.request.id, 2):
        ask(consortium.execute, *decision.execution(2), key(REGISTRAR))
    consortium.execute(*decision.execution(1), key(REGISTRAR))
    assert vault.total() == 1 + 5 + 70 + 900


def test_a_request_can_have_more_calls_than_a_word_has_bits(
    consortium, vault, approved, ask, refuses, key
):
    # 224 to a word: 223 is the last of the first word, 224 the first of the second.
    calls = [vault.add.encode_input(amount) for amount in range(230)]
    decision = approved(vault, *calls, by=FORCED)
    case, root = decision.request.case_id, decision.request.root

    for index in (224, 223, 229):
        consortium.execute(*decision.execution(index), key(REGISTRAR))

    assert vault.total() == 1 + 224 + 223 + 229
    assert consortium.executedCount(case, root) == 3
    done = [index for index in range(230) if index in (0, 5, 222, 223, 224, 225, 229)]
    assert [i for i in done if consortium.isExecuted(case, root, i)] == [223, 224, 229]
    for index in (223, 224, 229):
        with refuses("CallAlreadyExecuted", decision.request.id, index):
            ask(consortium.execute, *decision.execution(index), key(REGISTRAR))


# ---------------------------------------------------------------- who executes, and when


@pytest.mark.requirement("G17")
@pytest.mark.parametrize("organisation", [OPERATOR, AUDITOR, ISSUER, AML, SEALER])
def test_only_an_executing_role_executes(consortium, signed, ask, refuses, key, organisation):
    with refuses("RoleMissing", organisation, bitmap([Role.REGISTRAR])):
        ask(consortium.execute, *signed.execution(0), key(organisation))


def test_every_slot_needs_its_signature(consortium, vault, draft, ask, refuses, key):
    decision = draft(vault, vault.add.encode_input(5))
    consortium.propose(decision.request.fields, NO_SLOT, b"", key(REGISTRAR))
    for slot, organisation in FORCED.items():
        with refuses("SignatureMissing", slot):
            ask(consortium.execute, *decision.execution(0), key(REGISTRAR))
        consortium.sign(decision.request.fields, slot, key(organisation))
    ask(consortium.execute, *decision.execution(0), key(REGISTRAR))


def test_what_was_never_proposed_is_not_executed(consortium, vault, draft, ask, refuses, key):
    decision = draft(vault, vault.add.encode_input(5))
    with refuses("RequestNotOpen", decision.request.id):
        ask(consortium.execute, *decision.execution(0), key(REGISTRAR))


def test_the_delay_runs_from_the_last_signature_to_the_second(
    consortium, draft, ask, refuses, key, accounts
):
    decision = draft(consortium, consortium.addKey.encode_input(AML, accounts[20]))
    consortium.propose(decision.request.fields, 0, decision.published_data, key(OPERATOR))
    consortium.sign(decision.request.fields, 1, key(AUDITOR))
    sleep(DAY)  # counts for nothing: the third signature is missing
    last = consortium.sign(decision.request.fields, 2, key(REGISTRAR))

    ready = last.timestamp + 24 * HOUR

    with refuses("TooEarly", decision.request.id, ready):
        ask(consortium.execute, *decision.execution(0), key(OPERATOR))
    sleep(24 * HOUR)
    consortium.execute(*decision.execution(0), key(OPERATOR))
    assert consortium.organisationOf(accounts[20]) == AML


# ---------------------------------------------------------------- signatures that count no more


@pytest.mark.requirement("G27")
def test_a_revoked_keys_signature_counts_no_more(consortium, vault, approved, ask, refuses, key):
    decision = approved(vault, vault.add.encode_input(5), by={0: TRUST, 1: AUDITOR, 2: ISSUER})

    consortium.revokeOwnKey(key(TRUST, 0)["from"], key(TRUST, 0))

    with refuses("SignatureLapsed", 0, TRUST):
        ask(consortium.execute, *decision.execution(0), key(REGISTRAR))


def test_a_revoked_roles_signature_counts_no_more(consortium, vault, approved, ask, refuses, key):
    decision = approved(vault, vault.add.encode_input(5), by={0: REGISTRAR, 1: TRUST, 2: ISSUER})
    taken = consortium.revokeRole.encode_input(TRUST, Role.AUDITOR, "0x" + "0" * 40)
    revoke = approved(consortium, taken, by=OWN)

    consortium.execute(*revoke.execution(0), key(OPERATOR))

    with refuses("SignatureLapsed", 1, TRUST):
        ask(consortium.execute, *decision.execution(0), key(REGISTRAR))


def test_a_removed_organisations_signature_counts_no_more(
    unsealed, vault, platform, approved, ask, refuses, key, accounts
):
    founder = {"from": accounts[29]}
    unsealed.addOrganisation("second AML", bitmap([Role.AML]), [accounts[20]], founder)
    unsealed.seal(founder)
    decision = approved(vault, vault.add.encode_input(5), by={0: REGISTRAR, 1: AUDITOR})
    unsealed.sign(decision.request.fields, 2, {"from": accounts[20]})
    removal = approved(unsealed, unsealed.removeOrganisation.encode_input(8), by=OWN, parties=(8,))
    unsealed.execute(*removal.execution(0), key(OPERATOR))

    with refuses("SignatureLapsed", 2, 8):
        ask(unsealed.execute, *decision.execution(0), key(REGISTRAR))


@pytest.mark.requirement("G17")
def test_a_policy_changed_meanwhile_voids_the_request_even_when_changed_back(
    consortium, vault, approved, govern, ask, refuses, key
):
    decision = approved(vault, vault.add.encode_input(5), by=FORCED)
    names = [selector("add(uint256)"), selector("addTwice(uint256)")]
    rule = next(rule for kind, functions, rule in POLICY if functions == names)
    # The very same rule: a change, and back.
    govern(consortium.setRules.encode_input([(TOKEN, names, rule)]))

    word = consortium.rule(TOKEN, names[0])

    with refuses("RuleChanged", decision.request.rule, word):
        ask(consortium.execute, *decision.execution(0), key(REGISTRAR))


def test_an_act_taken_off_the_policy_voids_the_request(
    consortium, vault, approved, ask, refuses, key
):
    decision = approved(vault, vault.refuse.encode_input(42), by={0: REGISTRAR, 1: AUDITOR})
    removal = approved(
        consortium, consortium.removeRule.encode_input(TOKEN, [selector("refuse(uint256)")]), by=OWN
    )
    consortium.execute(*removal.execution(0), key(OPERATOR))

    with refuses("NotListed", vault.address, selector("refuse(uint256)")):
        ask(consortium.execute, *decision.execution(0), key(REGISTRAR))


# ---------------------------------------------------------------- once, and only what was signed


@pytest.mark.requirement("G11")
def test_a_call_is_executed_once(consortium, signed, ask, refuses, key):
    consortium.execute(*signed.execution(0), key(REGISTRAR))

    with refuses("CallAlreadyExecuted", signed.request.id, 0):
        ask(consortium.execute, *signed.execution(0), key(REGISTRAR))


def test_a_request_that_is_done_is_never_proposed_again(consortium, signed, ask, refuses, key):
    consortium.execute(*signed.execution(0), key(REGISTRAR))
    sleep(7 * DAY)

    with refuses("RequestDone", signed.request.id):
        ask(consortium.propose, signed.request.fields, 0, b"", key(REGISTRAR))


def test_the_same_call_under_the_same_case_is_done_whatever_else_the_request_says(
    consortium, vault, signed, draft, ask, refuses, key
):
    consortium.execute(*signed.execution(0), key(REGISTRAR))
    again = draft(vault, vault.add.encode_input(5), document=b"\x07" * 32, parties=(AML,))

    with refuses("RequestDone", again.request.id):
        ask(consortium.propose, again.request.fields, 0, b"", key(REGISTRAR))


def test_the_same_call_under_another_case_is_another_decision(consortium, vault, approved, key):
    for case in (b"\x01" * 32, b"\x02" * 32):
        decision = approved(vault, vault.add.encode_input(5), by=FORCED, case=case)
        consortium.execute(*decision.execution(0), key(REGISTRAR))

    assert vault.total() == 1 + 5 + 5


def test_executed_calls_stay_executed_when_the_rest_expires_and_is_proposed_again(
    consortium, vault, approved, ask, refuses, key
):
    calls = [vault.add.encode_input(amount) for amount in (ROW_A, ROW_B)]
    decision = approved(vault, *calls, by=FORCED)
    consortium.execute(*decision.execution(0), key(REGISTRAR))
    sleep(7 * DAY)

    again = approved(vault, *calls, by=FORCED)

    assert again.request.id == decision.request.id
    with refuses("CallAlreadyExecuted", again.request.id, 0):
        ask(consortium.execute, *again.execution(0), key(REGISTRAR))
    consortium.execute(*again.execution(1), key(REGISTRAR))
    assert vault.total() == 1 + 5 + 70


def test_a_withdrawn_signature_stops_the_calls_that_are_left(
    consortium, vault, approved, ask, refuses, key
):
    calls = [vault.add.encode_input(amount) for amount in (ROW_A, ROW_B)]
    decision = approved(vault, *calls, by=FORCED)
    consortium.execute(*decision.execution(0), key(REGISTRAR))

    consortium.withdraw(decision.request.id, 2, key(ISSUER))

    with refuses("SignatureMissing", 2):
        ask(consortium.execute, *decision.execution(1), key(REGISTRAR))


@pytest.mark.requirement("S3")
def test_only_the_data_that_was_signed_is_executed(consortium, vault, signed, ask, refuses, key):
    request, index, data, proof = signed.execution(0)
    other = bytes.fromhex(vault.add.encode_input(6)[2:])
    with refuses("ProofInvalid", signed.request.id, 0):
        ask(consortium.execute, request, index, other, proof, key(REGISTRAR))
    with refuses("ProofInvalid", signed.request.id, 0):
        ask(consortium.execute, request, index, data + b"\0", proof, key(REGISTRAR))
    with refuses("SelectorMismatch", signed.request.selector, selector("addTwice(uint256)")):
        twice = bytes.fromhex(vault.addTwice.encode_input(5)[2:])
        ask(consortium.execute, request, index, twice, proof, key(REGISTRAR))
    with refuses("SelectorMismatch", signed.request.selector, bytes(4)):
        ask(consortium.execute, request, index, b"", proof, key(REGISTRAR))


def test_a_call_is_executed_under_its_own_index_and_proof(
    consortium, vault, approved, ask, refuses, key
):
    calls = [vault.add.encode_input(amount) for amount in (ROW_A, ROW_B)]
    decision = approved(vault, *calls, by=FORCED)
    request, _, data, proof = decision.execution(0)
    _, _, _, other_proof = decision.execution(1)

    with refuses("ProofInvalid", decision.request.id, 1):
        ask(consortium.execute, request, 1, data, proof, key(REGISTRAR))
    with refuses("ProofInvalid", decision.request.id, 0):
        ask(consortium.execute, request, 0, data, other_proof, key(REGISTRAR))
    with refuses("ProofInvalid", decision.request.id, 0):
        ask(consortium.execute, request, 0, data, [], key(REGISTRAR))
    with refuses("CallUnknown", decision.request.id, 2):
        ask(consortium.execute, request, 2, data, proof, key(REGISTRAR))


def test_a_call_beyond_those_that_the_request_counts_is_not_executed(
    consortium, vault, draft, ask, refuses, key
):
    """Three calls under the root, two of them shown to the signers."""
    decision = draft(vault, *(vault.add.encode_input(row) for row in (ROW_A, ROW_B, ROW_C)))
    shown = replace(decision.request, calls=2)
    consortium.propose(shown.fields, 0, b"", key(REGISTRAR))
    consortium.sign(shown.fields, 1, key(AUDITOR))
    consortium.sign(shown.fields, 2, key(ISSUER))

    with refuses("CallUnknown", shown.id, 2):
        _, index, data, proof = decision.execution(2)
        ask(consortium.execute, shown.fields, index, data, proof, key(REGISTRAR))


def test_an_inner_node_of_the_tree_is_no_call(consortium, vault, approved, ask, refuses, key):
    """A leaf is hashed twice, so that the 64 bytes below a node cannot be passed off as one."""
    calls = [vault.add.encode_input(amount) for amount in (ROW_A, ROW_B)]
    decision = approved(vault, *calls, by=FORCED)
    leaves = sorted(consortium.leafOf(i, vault, c.data) for i, c in enumerate(decision.calls))

    with refuses("ProofInvalid", decision.request.id, 0):
        forged = decision.request.selector + b"".join(bytes(leaf) for leaf in leaves)
        ask(consortium.execute, decision.request.fields, 0, forged, [], key(REGISTRAR))


# ---------------------------------------------------------------- nothing beside it


@pytest.fixture
def vault_with_a_key(unsealed, vault, platform, accounts):
    """The worst case: the executed contract itself is a key of the registrar and the trust bank's
    colleague, so that it may execute, if it can."""
    founder = {"from": accounts[29]}
    unsealed.addKey(REGISTRAR, vault, founder)
    unsealed.seal(founder)
    return vault


def test_nothing_is_executed_inside_an_execution(
    unsealed, vault_with_a_key, approved, ask, refuses, key
):
    vault = vault_with_a_key
    inner = approved(vault, vault.add.encode_input(5), by=FORCED)
    attack = unsealed.execute.encode_input(*inner.execution(0))
    outer = approved(
        vault, vault.reenter.encode_input(unsealed, attack), by={0: REGISTRAR, 1: AUDITOR}
    )

    with refuses("ExecutionUnderWay", vault.address, selector("reenter(address,bytes)")):
        ask(unsealed.execute, *outer.execution(0), key(REGISTRAR))
    unsealed.execute(*inner.execution(0), key(REGISTRAR))  # on its own it goes through
    assert vault.total() == 6


def test_an_executed_call_does_not_open_another_function_or_contract(
    consortium, vault, platform, approved, ask, refuses, key
):
    revoke = consortium.revokeKey.encode_input(key(TRUST, 1)["from"])
    for target, call, error in (
        (vault, vault.add.encode_input(5), "AccessManagedUnauthorized"),
        (platform, platform.touch.encode_input(), "AccessManagedUnauthorized"),
        (consortium, revoke, "NotGovernance"),
    ):
        decision = approved(
            vault, vault.reenter.encode_input(target, call), by={0: REGISTRAR, 1: AUDITOR}
        )
        with refuses(error, vault.address):
            ask(consortium.execute, *decision.execution(0), key(REGISTRAR))


def test_after_an_execution_the_consortium_may_call_nothing_again(consortium, vault, signed, key):
    consortium.execute(*signed.execution(0), key(REGISTRAR))

    assert not consortium.canCall(consortium, vault, selector("add(uint256)"))[0]
    assert not consortium.canCall(consortium, "0x" + "0" * 40, bytes(4))[0]


# ---------------------------------------------------------------- removal of an organisation


def test_an_organisation_signs_nothing_of_its_own_removal(
    unsealed, vault, platform, draft, approved, ask, refuses, key, accounts
):
    founder = {"from": accounts[29]}
    roles = bitmap([Role.AUDITOR, Role.BROKER])
    unsealed.addOrganisation("to be removed", roles, [accounts[20]], founder)
    unsealed.seal(founder)
    call = unsealed.removeOrganisation.encode_input(8)

    silent = approved(unsealed, call, by={0: OPERATOR, 2: REGISTRAR})  # names no party
    unsealed.sign(silent.request.fields, 1, {"from": accounts[20]})
    with refuses("SubjectNotParty", 8):
        ask(unsealed.execute, *silent.execution(0), key(OPERATOR))
    with refuses("SubjectNotParty", 8):
        other = draft(unsealed, call, case=b"\x01" * 32)
        ask(unsealed.propose, other.request.fields, 0, other.calls[0].data, key(OPERATOR))

    named = approved(unsealed, call, by={0: OPERATOR, 2: REGISTRAR}, parties=(8,))
    with refuses("PartyToTheRequest", 8):
        ask(unsealed.sign, named.request.fields, 1, {"from": accounts[20]})
    unsealed.sign(named.request.fields, 1, key(AUDITOR))
    unsealed.execute(*named.execution(0), key(OPERATOR))
    assert unsealed.organisationOf(accounts[20]) == 0


def test_a_role_for_one_token_signs_for_that_token_only(
    unsealed, vault, platform, Vault, draft, approved, ask, refuses, key, accounts
):
    founder = {"from": accounts[29]}
    other = Vault.deploy(unsealed, founder)
    unsealed.registerTarget(other, TOKEN, AT_LARGE, founder)
    unsealed.grantRole(REGISTRAR, Role.REGISTRAR, other, founder)
    unsealed.addOrganisation("small issuer", 0, [accounts[20]], founder)
    unsealed.grantRole(8, Role.ISSUER, vault, founder)
    unsealed.seal(founder)
    small = {"from": accounts[20]}

    on_vault = approved(vault, vault.add.encode_input(5), by={0: REGISTRAR, 1: AUDITOR})
    unsealed.sign(on_vault.request.fields, 2, small)
    unsealed.execute(*on_vault.execution(0), key(REGISTRAR))
    assert vault.total() == 6

    on_other = approved(other, other.add.encode_input(5), by={0: REGISTRAR, 1: AUDITOR})
    with refuses("RoleMissing", 8, bitmap([Role.ISSUER, Role.CUSTODIAN, Role.AML])):
        ask(unsealed.sign, on_other.request.fields, 2, small)
    on_platform = draft(platform, platform.add.encode_input(5))
    with refuses("RoleMissing", 8, bitmap([Role.ISSUER])):
        ask(unsealed.propose, on_platform.request.fields, 0, b"", small)


@pytest.mark.requirement("S4")
def test_the_target_learns_whether_the_holder_of_a_role_signed(consortium, vault, approved, key):
    """What a token judges by where its issuer's account is a side of what is decided."""
    for case, slot_2, signed in ((1, ISSUER, True), (2, AML, False)):
        by = {0: REGISTRAR, 1: AUDITOR, 2: slot_2}
        call = vault.addTwice.encode_input(5)
        decision = approved(vault, call, by=by, case=case.to_bytes(32, "big"))

        consortium.execute(*decision.execution(0), key(REGISTRAR))

        assert vault.signedByIssuer() is signed
    assert not consortium.isSignedByHolder(Role.ISSUER, vault)  # nothing is under way
