"""Organisations, their keys and their roles: given, taken, exchanged, and never down to none."""

import pytest
from seven_organisations import (
    AML,
    AT_LARGE,
    AUDITOR,
    FOUNDER,
    HOUR,
    ISSUER,
    OPERATOR,
    OWN,
    REGISTRAR,
    SEALER,
    STRANGER,
    TOKEN,
    TRUST,
    sleep,
)

from jp20.domain.base.roles import Role, bitmap

# The tests of this file change organisations as the founder, who takes the same functions as a
# request of the consortium on itself: `test_consortium_requests.py` shows the way there.


@pytest.fixture(scope="module")
def founder(accounts):
    return {"from": accounts[FOUNDER]}


# ---------------------------------------------------------------- organisations


def test_an_organisation_begins_with_its_keys_and_roles(unsealed, founder, accounts):
    keys = [accounts[20], accounts[21]]

    tx = unsealed.addOrganisation("信託銀行", bitmap([Role.KYC, Role.PAYING_AGENT]), keys, founder)

    assert tx.return_value == 8  # seven were there
    assert tuple(unsealed.organisationInfo(8)) == ("信託銀行", True, 2, 0)
    assert [unsealed.organisationOf(key) for key in keys] == [8, 8]
    assert unsealed.rolesOf(8, AT_LARGE) == 2**5 + 2**10
    assert tuple(unsealed.keyInfo(unsealed.keyCount())) == (accounts[21], 8, True)
    assert tx.events["OrganisationAdded"]["name"] == "信託銀行"
    assert [event["number"] for event in tx.events["KeyAdded"]] == [10, 11]  # nine were there
    assert [event["role"] for event in tx.events["RoleGranted"]] == [5, 10]


def test_an_organisation_without_a_name_is_refused(unsealed, ask, refuses, founder, accounts):
    with refuses("OrganisationNameMissing"):
        ask(unsealed.addOrganisation, "", 1, [accounts[20]], founder)


def test_an_organisation_without_a_key_is_refused(unsealed, ask, refuses, founder):
    with refuses("OrganisationWithoutKey", "keyless"):
        ask(unsealed.addOrganisation, "keyless", 1, [], founder)


def test_a_role_beyond_the_eleven_is_refused(unsealed, ask, refuses, founder, accounts):
    with refuses("RolesUnknown", 1 << 11):
        ask(unsealed.addOrganisation, "twelfth", 1 << 11, [accounts[20]], founder)


def test_a_removed_organisation_has_neither_keys_nor_roles(unsealed, founder, accounts):
    unsealed.addOrganisation("short-lived", bitmap([Role.AML]), [accounts[20]], founder)

    tx = unsealed.removeOrganisation(8, founder)

    assert tuple(unsealed.organisationInfo(8)) == ("short-lived", False, 0, 0)
    assert unsealed.organisationOf(accounts[20]) == 0
    assert tuple(unsealed.keyInfo(10)) == (accounts[20], 8, False)
    assert not unsealed.holdsRole(8, Role.AML, AT_LARGE)
    assert unsealed.holders(Role.AML, AT_LARGE) == 1
    assert "OrganisationRemoved" in tx.events


@pytest.mark.requirement("S2")
def test_an_organisation_that_holds_a_role_last_is_not_removed(unsealed, ask, refuses, founder):
    with refuses("LastHolder", AML, Role.AML, AT_LARGE):
        ask(unsealed.removeOrganisation, AML, founder)


def test_an_organisation_with_a_token_role_is_not_removed(unsealed, vault, ask, refuses, founder):
    unsealed.addOrganisation("broker", 0, [founder["from"]], founder)
    unsealed.grantRole(8, Role.BROKER, vault, founder)

    with refuses("OrganisationHoldsTokenRoles", 8, 1):
        ask(unsealed.removeOrganisation, 8, founder)


def test_an_unknown_organisation_is_not_removed_nor_given_anything(
    unsealed, ask, refuses, founder, accounts
):
    with refuses("OrganisationUnknown", 8):
        ask(unsealed.removeOrganisation, 8, founder)
    with refuses("OrganisationUnknown", 8):
        ask(unsealed.addKey, 8, accounts[20], founder)
    with refuses("OrganisationUnknown", 8):
        ask(unsealed.grantRole, 8, Role.AML, AT_LARGE, founder)
    with refuses("OrganisationUnknown", 8):
        ask(unsealed.transferRole, Role.AML, AT_LARGE, AML, 8, founder)


# ---------------------------------------------------------------- keys


def test_a_key_can_be_added_and_revoked(unsealed, founder, accounts):
    unsealed.addKey(AML, accounts[20], founder)
    assert unsealed.organisationOf(accounts[20]) == AML

    tx = unsealed.revokeKey(accounts[20], founder)

    assert unsealed.organisationOf(accounts[20]) == 0
    assert unsealed.organisationInfo(AML)[2] == 1
    assert (tx.events["KeyRevoked"]["key"], tx.events["KeyRevoked"]["number"]) == (accounts[20], 10)


def test_a_revoked_key_never_comes_back(unsealed, ask, refuses, founder, key):
    spent = key(REGISTRAR, 1)["from"]
    unsealed.revokeKey(spent, founder)

    for organisation in (REGISTRAR, AML):
        with refuses("KeyAlreadyUsed", spent):
            ask(unsealed.addKey, organisation, spent, founder)


@pytest.mark.requirement("S3")
def test_a_key_belongs_to_one_organisation(unsealed, ask, refuses, founder, key):
    taken = key(AML)["from"]
    with refuses("KeyAlreadyUsed", taken):
        ask(unsealed.addKey, REGISTRAR, taken, founder)
    with refuses("KeyAlreadyUsed", taken):
        ask(unsealed.addOrganisation, "copy", 1, [taken], founder)


def test_the_zero_address_is_no_key(unsealed, ask, refuses, founder):
    with refuses("KeyAlreadyUsed", AT_LARGE):
        ask(unsealed.addKey, AML, AT_LARGE, founder)


def test_the_last_key_is_not_revoked(unsealed, ask, refuses, founder, key):
    with refuses("LastKey", AML, key(AML)["from"]):
        ask(unsealed.revokeKey, key(AML)["from"], founder)


def test_the_last_key_can_be_exchanged_in_one_step(unsealed, founder, key, accounts):
    old = key(AML)["from"]

    unsealed.replaceKey(old, accounts[20], founder)

    assert (unsealed.organisationOf(old), unsealed.organisationOf(accounts[20])) == (0, AML)
    assert unsealed.organisationInfo(AML)[2] == 1


def test_an_unknown_key_is_neither_revoked_nor_exchanged(unsealed, ask, refuses, founder, accounts):
    with refuses("KeyUnknown", accounts[STRANGER]):
        ask(unsealed.revokeKey, accounts[STRANGER], founder)
    with refuses("KeyUnknown", accounts[STRANGER]):
        ask(unsealed.replaceKey, accounts[STRANGER], accounts[20], founder)


@pytest.mark.requirement("G27")
def test_an_organisation_revokes_a_stolen_key_of_its_own_at_once(consortium, key):
    stolen = key(REGISTRAR, 0)["from"]

    consortium.revokeOwnKey(stolen, key(REGISTRAR, 1))

    assert consortium.organisationOf(stolen) == 0


@pytest.mark.requirement("G27")
def test_an_organisation_revokes_neither_its_last_key_nor_anothers(
    consortium, ask, refuses, key, accounts
):
    with refuses("LastKey", AML, key(AML)["from"]):
        ask(consortium.revokeOwnKey, key(AML)["from"], key(AML))
    with refuses("KeyOfAnotherOrganisation", key(REGISTRAR)["from"], REGISTRAR):
        ask(consortium.revokeOwnKey, key(REGISTRAR)["from"], key(AML))
    with refuses("KeyUnknown", accounts[STRANGER]):
        ask(consortium.revokeOwnKey, key(AML)["from"], {"from": accounts[STRANGER]})


# ---------------------------------------------------------------- roles


def test_a_role_at_large_counts_everywhere(unsealed, vault):
    assert unsealed.holdsRole(ISSUER, Role.ISSUER, AT_LARGE)
    assert unsealed.holdsRole(ISSUER, Role.ISSUER, vault)


def test_a_role_for_one_token_counts_on_that_token_only(unsealed, vault, platform, founder):
    tx = unsealed.grantRole(AML, Role.ISSUER, vault, founder)

    assert unsealed.holdsRole(AML, Role.ISSUER, vault)
    assert not unsealed.holdsRole(AML, Role.ISSUER, AT_LARGE)
    assert not unsealed.holdsRole(AML, Role.ISSUER, platform)
    assert unsealed.organisationInfo(AML)[3] == 1
    assert tx.events["RoleGranted"]["scope"] == vault


def test_only_issuer_broker_and_registrar_are_held_for_one_token(
    unsealed, vault, platform, ask, refuses, founder
):
    scoped = {Role.ISSUER, Role.BROKER, Role.REGISTRAR}
    for role in set(Role) - scoped:
        with refuses("RoleNotScoped", role, vault):
            ask(unsealed.grantRole, SEALER, role, vault, founder)
    for role in scoped:
        ask(unsealed.grantRole, SEALER, role, vault, founder)
        with refuses("RoleNotScoped", role, platform):  # no token
            ask(unsealed.grantRole, SEALER, role, platform, founder)


def test_a_role_is_given_once(unsealed, ask, refuses, founder):
    with refuses("RoleAlreadyHeld", AML, Role.AML, AT_LARGE):
        ask(unsealed.grantRole, AML, Role.AML, AT_LARGE, founder)
    with refuses("RoleAlreadyHeld", TRUST, Role.AUDITOR, AT_LARGE):
        ask(unsealed.transferRole, Role.AUDITOR, AT_LARGE, AUDITOR, TRUST, founder)


def test_a_role_that_another_holds_too_can_be_taken(unsealed, founder):
    unsealed.revokeRole(TRUST, Role.AUDITOR, AT_LARGE, founder)

    assert not unsealed.holdsRole(TRUST, Role.AUDITOR, AT_LARGE)
    assert unsealed.holders(Role.AUDITOR, AT_LARGE) == 1


def test_a_roles_last_holder_keeps_it(unsealed, vault, ask, refuses, founder):
    with refuses("LastHolder", AML, Role.AML, AT_LARGE):
        ask(unsealed.revokeRole, AML, Role.AML, AT_LARGE, founder)

    unsealed.grantRole(AML, Role.ISSUER, vault, founder)  # each scope has its own last holder
    with refuses("LastHolder", AML, Role.ISSUER, vault):
        ask(unsealed.revokeRole, AML, Role.ISSUER, vault, founder)


def test_a_role_that_is_not_held_is_not_taken(unsealed, vault, ask, refuses, founder):
    with refuses("RoleNotHeld", AML, Role.AUDITOR, AT_LARGE):
        ask(unsealed.revokeRole, AML, Role.AUDITOR, AT_LARGE, founder)
    with refuses("RoleNotHeld", ISSUER, Role.ISSUER, vault):  # at large, not for the token
        ask(unsealed.revokeRole, ISSUER, Role.ISSUER, vault, founder)
    with refuses("RoleNotHeld", AML, Role.KYC, AT_LARGE):
        ask(unsealed.transferRole, Role.KYC, AT_LARGE, AML, TRUST, founder)


def test_a_roles_last_holder_can_hand_it_over_in_one_step(unsealed, vault, founder):
    unsealed.grantRole(AML, Role.ISSUER, vault, founder)

    unsealed.transferRole(Role.AML, AT_LARGE, AML, TRUST, founder)
    unsealed.transferRole(Role.ISSUER, vault, AML, TRUST, founder)

    assert unsealed.rolesOf(AML, AT_LARGE) == 0
    assert unsealed.holdsRole(TRUST, Role.AML, AT_LARGE)
    assert unsealed.rolesOf(TRUST, vault) == bitmap([Role.ISSUER])
    assert (unsealed.organisationInfo(AML)[3], unsealed.organisationInfo(TRUST)[3]) == (0, 1)


# ---------------------------------------------------------------- the roles of a new token


def register(consortium, token, issuer, registrar):
    return consortium.registerToken.encode_input(token, issuer, registrar)


@pytest.mark.requirement("G1")
def test_a_token_is_registered_with_its_issuer_and_registrar(consortium, platform, accounts):
    token = accounts[25]  # any address: the platform vouches for it

    platform.forward(consortium, register(consortium, token, ISSUER, TRUST), {"from": accounts[0]})

    assert consortium.kindOf(token) == TOKEN
    assert consortium.rolesOf(ISSUER, token) == bitmap([Role.ISSUER])
    assert consortium.rolesOf(TRUST, token) == bitmap([Role.REGISTRAR])


def test_a_tokens_roles_are_given_only_to_who_holds_them_at_large(
    consortium, platform, ask, refuses, accounts
):
    sender = {"from": accounts[0]}
    with refuses("RoleNotHeld", AML, Role.ISSUER, AT_LARGE):
        ask(platform.forward, consortium, register(consortium, accounts[25], AML, TRUST), sender)
    with refuses("RoleNotHeld", AML, Role.REGISTRAR, AT_LARGE):
        ask(platform.forward, consortium, register(consortium, accounts[25], ISSUER, AML), sender)


def test_a_token_is_registered_once_and_by_a_platform_only(
    consortium, platform, vault, ask, refuses, key, accounts
):
    sender = {"from": accounts[0]}
    with refuses("TargetAlreadyRegistered", vault.address, TOKEN):
        ask(platform.forward, consortium, register(consortium, vault, ISSUER, TRUST), sender)
    with refuses("NotPlatform", vault.address):
        ask(vault.forward, consortium, register(consortium, accounts[25], ISSUER, TRUST), sender)
    with refuses("NotPlatform", key(OPERATOR)["from"]):
        ask(consortium.registerToken, accounts[25], ISSUER, TRUST, key(OPERATOR))


def test_no_token_before_the_seal(unsealed, platform, ask, refuses, accounts):
    with refuses("NotSealed"):
        data = register(unsealed, accounts[25], ISSUER, TRUST)
        ask(platform.forward, unsealed, data, {"from": accounts[0]})


# ---------------------------------------------------------------- through the consortium itself


def test_a_key_is_added_by_a_request_after_a_day(consortium, govern, accounts):
    govern(consortium.addKey.encode_input(AML, accounts[20]))

    assert consortium.organisationOf(accounts[20]) == AML


def test_a_power_is_taken_at_once_and_given_after_a_day(
    consortium, approved, ask, refuses, key, accounts
):
    revoke = approved(consortium, consortium.revokeKey.encode_input(key(TRUST, 1)["from"]), by=OWN)
    consortium.execute(*revoke.execution(0), key(OPERATOR))

    grant = approved(consortium, consortium.addKey.encode_input(AML, accounts[20]), by=OWN)
    signed = consortium.requestState(grant.request.id)[2]
    with refuses("TooEarly", grant.request.id, signed + 24 * HOUR):
        ask(consortium.execute, *grant.execution(0), key(OPERATOR))
    sleep(24 * HOUR)
    ask(consortium.execute, *grant.execution(0), key(OPERATOR))


def test_after_the_seal_neither_founder_nor_organisation_changes_anything(
    consortium, vault, ask, refuses, key, accounts
):
    for sender in (FOUNDER, STRANGER, 0):  # 0 is the operator's key
        caller = {"from": accounts[sender]}
        for function, arguments in (
            (consortium.addOrganisation, ("x", 1, [accounts[20]])),
            (consortium.removeOrganisation, (SEALER,)),
            (consortium.addKey, (AML, accounts[20])),
            (consortium.revokeKey, (key(TRUST, 1)["from"],)),
            (consortium.replaceKey, (key(AML)["from"], accounts[20])),
            (consortium.grantRole, (AML, Role.KYC, AT_LARGE)),
            (consortium.revokeRole, (TRUST, Role.AUDITOR, AT_LARGE)),
            (consortium.transferRole, (Role.AML, AT_LARGE, AML, TRUST)),
            (consortium.registerTarget, (consortium, TOKEN)),
            (consortium.unregisterTarget, (vault,)),
            (consortium.setRules, ([],)),
            (consortium.removeRule, (TOKEN, ["0x12345678"])),
        ):
            with refuses("NotGovernance", accounts[sender]):
                ask(function, *arguments, caller)
