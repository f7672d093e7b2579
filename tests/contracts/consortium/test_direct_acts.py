"""What one key does at once goes through the Consortium, with its case and document."""

import pytest
from eth_utils import keccak
from seven_organisations import (
    AML,
    AUDITOR,
    CASE,
    DOCUMENT,
    FOUNDER,
    ISSUER,
    REGISTRAR,
    SEALER,
    selector,
)

from jp20.domain.base.roles import Role, bitmap

pytestmark = pytest.mark.requirement("G17")

NOTHING = b"\x00" * 32
TOUCH = selector("touch()")
REENTER = "reenter(address,bytes)"


@pytest.fixture
def touch(vault):
    return vault.touch.encode_input()


def test_a_key_with_the_role_acts_at_once_and_its_evidence_is_recorded(
    consortium, vault, touch, key
):
    tx = consortium.act(vault, touch, CASE, DOCUMENT, key(AML))

    assert vault.touched() == 2  # 1 at the start
    (acted,) = tx.events["ActedDirectly"]
    assert bytes(acted["caseId"]) == CASE
    assert bytes(acted["documentHash"]) == DOCUMENT
    assert (acted["target"], acted["organisation"]) == (vault.address, AML)
    assert acted["key"] == key(AML)["from"]
    assert bytes(acted["selector"]) == TOUCH
    assert bytes(acted["dataHash"]) == keccak(hexstr=touch)


def test_the_target_sees_whose_act_it_is_and_nobodys_in_an_execution(
    consortium, vault, approved, key
):
    by = {0: REGISTRAR, 1: AUDITOR, 2: AML}
    consortium.act(vault, vault.touch.encode_input(), CASE, DOCUMENT, key(AML))
    assert vault.lastActing() == AML
    assert not vault.opensAnother()

    decision = approved(vault, vault.addTwice.encode_input(5), by=by)
    consortium.execute(*decision.execution(0), key(REGISTRAR))

    assert vault.lastActing() == 0
    # And nothing else of the same contract was open meanwhile.
    assert not vault.opensAnother()
    assert consortium.actingOrganisation() == 0


def test_what_the_target_answers_or_refuses_with_is_handed_on(consortium, vault, ask, refuses, key):
    answer = ask(consortium.act, vault, vault.touch.encode_input(), CASE, DOCUMENT, key(AML))
    # bytes at offset 32, 32 long: touched twice, 1 at the start
    assert [int.from_bytes(answer[i : i + 32]) for i in (0, 32, 64)] == [32, 32, 2]

    with refuses("Refused", 7):
        ask(consortium.act, vault, vault.refuseAtOnce.encode_input(7), CASE, DOCUMENT, key(AML))


@pytest.mark.parametrize(
    ("case", "document"), [(NOTHING, DOCUMENT), (CASE, NOTHING), (NOTHING, NOTHING)]
)
def test_no_act_is_without_case_and_document(
    consortium, vault, touch, ask, refuses, key, case, document
):
    with refuses("EvidenceMissing", case, document):
        ask(consortium.act, vault, touch, case, document, key(AML))


@pytest.mark.requirement("S2", "S3")
def test_nobody_else_acts(consortium, vault, touch, ask, refuses, key, accounts):
    for organisation in (REGISTRAR, AUDITOR, ISSUER, SEALER):
        with refuses("RoleMissing", organisation, bitmap([Role.AML])):
            ask(consortium.act, vault, touch, CASE, DOCUMENT, key(organisation))
    stranger = {"from": accounts[20]}
    with refuses("KeyUnknown", accounts[20].address):
        ask(consortium.act, vault, touch, CASE, DOCUMENT, stranger)


def test_only_the_consortium_calls_what_the_policy_governs(vault, ask, refuses, key):
    with refuses("AccessManagedUnauthorized", key(AML)["from"]):
        ask(vault.touch, key(AML))


@pytest.mark.requirement("S3")
def test_what_takes_several_signatures_or_is_not_listed_is_no_act_of_one(
    consortium, vault, ask, refuses, key
):
    add, unlisted = vault.add.encode_input(5), vault.unlisted.encode_input()
    with refuses("NotDirect", vault.address, selector("add(uint256)")):
        ask(consortium.act, vault, add, CASE, DOCUMENT, key(REGISTRAR))
    with refuses("NotListed", vault.address, selector("unlisted()")):
        ask(consortium.act, vault, unlisted, CASE, DOCUMENT, key(AML))
    with refuses("NotListed", vault.address, bytes(4)):
        ask(consortium.act, vault, b"", CASE, DOCUMENT, key(AML))


@pytest.fixture
def vault_with_a_key(unsealed, vault, platform, accounts):
    """The worst case: the contract that is called is a key of the AML officer, and may act."""
    founder = {"from": accounts[FOUNDER]}
    unsealed.addKey(AML, vault, founder)
    unsealed.seal(founder)
    return vault


def test_nothing_is_done_inside_an_execution_or_an_act(
    unsealed, vault_with_a_key, touch, approved, ask, refuses, key
):
    vault = vault_with_a_key
    act = unsealed.act.encode_input(vault, touch, CASE, DOCUMENT)
    forced = approved(vault, vault.add.encode_input(5), by={0: REGISTRAR, 1: AUDITOR, 2: AML})
    execute = unsealed.execute.encode_input(*forced.execution(0))
    outer = approved(
        vault, vault.reenter.encode_input(unsealed, act), by={0: REGISTRAR, 1: AUDITOR}
    )

    with refuses("ExecutionUnderWay", vault.address, selector(REENTER)):
        ask(unsealed.execute, *outer.execution(0), key(REGISTRAR))
    for inner in (act, execute):
        data = vault.reenterAtOnce.encode_input(unsealed, inner)
        with refuses("ExecutionUnderWay", vault.address, selector("reenterAtOnce(address,bytes)")):
            ask(unsealed.act, vault, data, CASE, DOCUMENT, key(AML))


def test_an_act_opens_no_other_function_and_no_other_contract(
    consortium, vault, platform, ask, refuses, key
):
    own = consortium.revokeKey.encode_input(key(AUDITOR)["from"])
    for target, call, error in (
        (vault, vault.touch.encode_input(), "AccessManagedUnauthorized"),
        (platform, platform.touch.encode_input(), "AccessManagedUnauthorized"),
        (consortium, own, "NotGovernance"),
    ):
        data = vault.reenterAtOnce.encode_input(target, call)
        with refuses(error, vault.address):
            ask(consortium.act, vault, data, CASE, DOCUMENT, key(AML))


def test_after_an_act_the_consortium_may_call_nothing_again(consortium, vault, touch, key):
    consortium.act(vault, touch, CASE, DOCUMENT, key(AML))

    assert not consortium.canCall(consortium, vault, TOUCH)[0]
