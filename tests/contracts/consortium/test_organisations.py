"""Organisations, their keys and their roles: given, taken, exchanged, and never down to none."""

import pytest
from seven_organisations import (
    AML,
    AT_LARGE,
    AUDITOR,
    CASE,
    FOUNDER,
    HOUR,
    ISSUER,
    OPERATOR,
    OWN,
    PLATFORM,
    REGISTRAR,
    ROOM,
    SEALER,
    STRANGER,
    TOKEN,
    TRUST,
    selector,
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


@pytest.mark.requirement("G27")
def test_an_organisations_last_key_is_revoked_and_it_can_be_given_another(
    consortium, approved, govern, key, accounts
):
    stolen = key(AML)["from"]
    revoke = approved(consortium, consortium.revokeKey.encode_input(stolen), by=OWN)

    consortium.execute(*revoke.execution(0), key(OPERATOR))  # at once

    assert consortium.organisationOf(stolen) == 0
    assert tuple(consortium.organisationInfo(AML))[1:3] == (True, 0)
    assert consortium.rolesOf(AML, AT_LARGE) == bitmap([Role.AML])
    govern(consortium.addKey.encode_input(AML, accounts[20]))
    assert consortium.organisationOf(accounts[20]) == AML


def test_a_last_key_stays_where_the_others_could_not_give_another(
    consortium, approved, ask, refuses, key
):
    """The operator is one, and adding a key asks for the operator in this policy."""
    revoke = approved(consortium, consortium.revokeKey.encode_input(key(OPERATOR)["from"]), by=OWN)

    with refuses("OwnRuleUnfit", selector("addKey(uint32,address)")):
        ask(consortium.execute, *revoke.execution(0), key(OPERATOR))


@pytest.mark.requirement("G12")
def test_the_last_key_that_can_halt_stays(
    unsealed, platform, vault, draft, ask, refuses, key, accounts
):
    founder = {"from": accounts[FOUNDER]}
    unsealed.addOrganisation("emergency", bitmap([Role.EMERGENCY]), [accounts[20]], founder)
    unsealed.seal(founder)
    decision = draft(unsealed, unsealed.revokeKey.encode_input(accounts[20]))
    fields = decision.request.fields
    unsealed.propose(fields, 0, decision.published_data, key(OPERATOR))
    unsealed.sign(fields, 1, key(AUDITOR))
    unsealed.sign(fields, 2, key(REGISTRAR))

    with refuses("LastHolder", 8, Role.EMERGENCY, AT_LARGE):
        ask(unsealed.execute, *decision.execution(0), key(OPERATOR))


@pytest.mark.requirement("G12")
def test_who_alone_has_a_key_to_halt_keeps_the_role(
    unsealed, platform, vault, draft, ask, refuses, key, accounts
):
    """Two can halt. The one loses its key; that it still has the role stops nothing."""
    founder = {"from": accounts[FOUNDER]}
    for account in (20, 21):  # 8 and 9
        unsealed.addOrganisation("stop", bitmap([Role.EMERGENCY]), [accounts[account]], founder)
    unsealed.seal(founder)

    def signed(data, *parties):
        decision = draft(unsealed, data, parties=parties)
        fields = decision.request.fields
        unsealed.propose(fields, 0, decision.published_data, key(OPERATOR))
        unsealed.sign(fields, 1, key(AUDITOR))
        unsealed.sign(fields, 2, key(REGISTRAR))
        return decision.execution(0)

    unsealed.execute(*signed(unsealed.revokeKey.encode_input(accounts[21])), key(OPERATOR))
    role, removed = unsealed.revokeRole.encode_input, unsealed.removeOrganisation.encode_input

    for execution in (signed(role(8, Role.EMERGENCY, AT_LARGE)), signed(removed(8), 8)):
        with refuses("LastHolder", 8, Role.EMERGENCY, AT_LARGE):
            ask(unsealed.execute, *execution, key(OPERATOR))
    # The other's role is of no use without a key, and can be taken.
    unsealed.execute(*signed(role(9, Role.EMERGENCY, AT_LARGE)), key(OPERATOR))
    assert unsealed.rolesOf(9, AT_LARGE) == 0


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
    stolen = key(REGISTRAR, 1)["from"]

    consortium.revokeOwnKey(stolen, key(REGISTRAR))

    assert consortium.organisationOf(stolen) == 0


@pytest.mark.requirement("G27")
def test_a_key_takes_away_itself_or_a_younger_one(consortium, ask, refuses, key):
    """Audit K: a thief with one key took away all others, and was the organisation."""
    old, young = key(REGISTRAR, 0), key(REGISTRAR, 1)
    with refuses("KeyOlder", old["from"]):
        ask(consortium.revokeOwnKey, old["from"], young)

    for taker, taken in ((young, young), (old, young), (old, old)):
        ask(consortium.revokeOwnKey, taken["from"], taker)


@pytest.mark.requirement("G27")
def test_a_key_that_takes_anothers_place_is_as_old_as_that(
    unsealed, ask, refuses, founder, key, accounts
):
    old, young, new = key(REGISTRAR, 0)["from"], key(REGISTRAR, 1), accounts[20]

    unsealed.replaceKey(old, new, founder)

    with refuses("KeyOlder", new):
        ask(unsealed.revokeOwnKey, new, young)
    ask(unsealed.revokeOwnKey, young["from"], {"from": new})


@pytest.mark.requirement("G27")
def test_an_organisation_exchanges_its_own_key_with_its_own_signature(
    consortium, approved, ask, refuses, key, accounts
):
    old = key(REGISTRAR)["from"]
    call = consortium.rotateKey.encode_input(old, accounts[20])
    by_others = approved(consortium, call, by={0: OPERATOR, 1: AUDITOR, 2: TRUST})
    own = approved(consortium, call, by=OWN, case=b"\x02" * 32)
    sleep(24 * HOUR)

    with refuses("NotSignedBy", REGISTRAR):
        ask(consortium.execute, *by_others.execution(0), key(OPERATOR))
    consortium.execute(*own.execution(0), key(OPERATOR))

    assert (consortium.organisationOf(old), consortium.organisationOf(accounts[20])) == (
        0,
        REGISTRAR,
    )


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


@pytest.mark.requirement("S3")
def test_at_large_issuer_and_registrar_are_nobody_on_a_token(
    unsealed, vault, platform, founder, accounts
):
    """Audit N1: whoever could create a token was issuer of all of them."""
    unsealed.addOrganisation("rival", bitmap([Role.ISSUER]), [accounts[20]], founder)
    unsealed.addOrganisation("other registrar", bitmap([Role.REGISTRAR]), [accounts[21]], founder)

    for organisation, role in ((8, Role.ISSUER), (9, Role.REGISTRAR)):
        assert unsealed.holdsRole(organisation, role, AT_LARGE)
        assert unsealed.holdsRole(organisation, role, platform)
        assert not unsealed.holdsRole(organisation, role, vault)
    assert unsealed.holdsRole(AUDITOR, Role.AUDITOR, vault)  # every other role counts on all


def test_a_role_for_one_token_counts_on_that_token_only(unsealed, vault, platform, founder):
    tx = unsealed.grantRole(AML, Role.ISSUER, vault, founder)

    assert unsealed.holdsRole(AML, Role.ISSUER, vault)
    assert not unsealed.holdsRole(AML, Role.ISSUER, AT_LARGE)
    assert not unsealed.holdsRole(AML, Role.ISSUER, platform)
    assert unsealed.organisationInfo(AML)[3] == 1
    assert tx.events["RoleGranted"]["scope"] == vault


def test_brokers_are_those_named_for_a_token_or_else_those_at_large(unsealed, vault, founder):
    assert unsealed.holdsRole(TRUST, Role.BROKER, vault)

    unsealed.grantRole(AML, Role.BROKER, vault, founder)

    assert unsealed.holdsRole(AML, Role.BROKER, vault)
    assert not unsealed.holdsRole(TRUST, Role.BROKER, vault)
    assert unsealed.holdsRole(TRUST, Role.BROKER, AT_LARGE)


def test_a_contract_beside_a_token_asks_the_tokens_issuer_and_registrar(
    unsealed, vault, Vault, founder, accounts
):
    scoped, alone = Vault.deploy(unsealed, founder), Vault.deploy(unsealed, founder)
    unsealed.registerTarget(scoped, ROOM, vault, founder)
    unsealed.registerTarget(alone, ROOM, AT_LARGE, founder)
    unsealed.addOrganisation("rival", bitmap([Role.ISSUER]), [accounts[20]], founder)

    assert [unsealed.scopeOf(each) for each in (scoped, alone, vault)] == [vault, AT_LARGE, vault]
    assert unsealed.holdsRole(ISSUER, Role.ISSUER, scoped)
    assert not unsealed.holdsRole(8, Role.ISSUER, scoped)
    # Beside no token in particular nobody is its issuer; brokers and the others are those at large.
    assert not unsealed.holdsRole(ISSUER, Role.ISSUER, alone)
    assert unsealed.holdsRole(TRUST, Role.BROKER, alone)


def test_only_a_token_is_a_scope_and_only_of_what_stands_beside_it(
    unsealed, vault, platform, Vault, ask, refuses, founder
):
    room = Vault.deploy(unsealed, founder)
    for kind, scope in ((ROOM, platform), (ROOM, room), (PLATFORM, vault), (TOKEN, vault)):
        with refuses("ScopeInvalid", room.address, scope.address):
            ask(unsealed.registerTarget, room, kind, scope, founder)


@pytest.mark.requirement("S8")
def test_operator_and_validators_hold_no_other_role(
    unsealed, vault, ask, refuses, founder, accounts
):
    """Audit N19: an operator who was registrar too moved units."""
    for organisation in (OPERATOR, SEALER):
        for role in (Role.REGISTRAR, Role.AUDITOR):
            with refuses("RolesIncompatible", organisation, role):
                ask(unsealed.grantRole, organisation, role, AT_LARGE, founder)
        with refuses("RolesIncompatible", organisation, Role.BROKER):
            ask(unsealed.grantRole, organisation, Role.BROKER, vault, founder)
    for role in (Role.OPERATOR, Role.VALIDATOR):
        with refuses("RolesIncompatible", AML, role):
            ask(unsealed.grantRole, AML, role, AT_LARGE, founder)
        with refuses("RolesIncompatible", 8, Role.REGISTRAR):
            roles = bitmap([role, Role.REGISTRAR])
            ask(unsealed.addOrganisation, "both", roles, [accounts[20]], founder)
    with refuses("RolesIncompatible", SEALER, Role.OPERATOR):
        ask(unsealed.grantRole, SEALER, Role.OPERATOR, AT_LARGE, founder)


def test_only_issuer_broker_and_registrar_are_held_for_one_token(
    unsealed, vault, platform, ask, refuses, founder
):
    scoped = {Role.ISSUER, Role.BROKER, Role.REGISTRAR}
    for role in set(Role) - scoped:
        with refuses("RoleNotScoped", role, vault):
            ask(unsealed.grantRole, AML, role, vault, founder)
    for role in scoped:
        ask(unsealed.grantRole, AML, role, vault, founder)
        with refuses("RoleNotScoped", role, platform):  # no token
            ask(unsealed.grantRole, AML, role, platform, founder)


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

    # Each scope has its own last holder.
    with refuses("LastHolder", ISSUER, Role.ISSUER, vault):
        ask(unsealed.revokeRole, ISSUER, Role.ISSUER, vault, founder)


def test_a_role_that_is_not_held_is_not_taken(unsealed, vault, ask, refuses, founder):
    with refuses("RoleNotHeld", AML, Role.AUDITOR, AT_LARGE):
        ask(unsealed.revokeRole, AML, Role.AUDITOR, AT_LARGE, founder)
    with refuses("RoleNotHeld", TRUST, Role.BROKER, vault):  # at large, not for the token
        ask(unsealed.revokeRole, TRUST, Role.BROKER, vault, founder)
    with refuses("RoleNotHeld", AML, Role.KYC, AT_LARGE):
        ask(unsealed.transferRole, Role.KYC, AT_LARGE, AML, TRUST, founder)


def test_a_roles_last_holder_can_hand_it_over_in_one_step(unsealed, vault, founder):
    unsealed.transferRole(Role.AML, AT_LARGE, AML, TRUST, founder)
    unsealed.transferRole(Role.ISSUER, vault, ISSUER, TRUST, founder)

    assert unsealed.rolesOf(AML, AT_LARGE) == 0
    assert unsealed.holdsRole(TRUST, Role.AML, AT_LARGE)
    assert unsealed.rolesOf(TRUST, vault) == bitmap([Role.ISSUER, Role.REGISTRAR])
    assert (unsealed.organisationInfo(ISSUER)[3], unsealed.organisationInfo(TRUST)[3]) == (0, 2)


# ---------------------------------------------------------------- the roles of a new token


@pytest.fixture
def token(Vault, consortium, founder):
    """Not registered yet."""
    return Vault.deploy(consortium, founder)


@pytest.fixture
def create(consortium, platform, approved, ask, key):
    """The platform names a token's issuer and registrar in an execution, signed as told."""

    def run(token, issuer, registrar, by, asked=ask, case=CASE):
        register = consortium.registerToken.encode_input(token, issuer, registrar)
        call = platform.reenter.encode_input(consortium, register)
        decision = approved(platform, call, by=by, case=case)
        return asked(consortium.execute, *decision.execution(0), key(ISSUER))

    return run


def send(function, *arguments):
    return function(*arguments)


@pytest.mark.requirement("G1")
def test_a_token_is_registered_with_its_issuer_and_registrar(consortium, token, create):
    create(token, ISSUER, TRUST, {0: ISSUER, 1: TRUST}, asked=send)

    assert consortium.kindOf(token) == TOKEN
    assert consortium.scopeOf(token) == token
    assert consortium.rolesOf(ISSUER, token) == bitmap([Role.ISSUER])
    assert consortium.rolesOf(TRUST, token) == bitmap([Role.REGISTRAR])


def test_a_tokens_roles_are_given_only_to_who_holds_them_at_large(token, create, refuses):
    with refuses("RoleNotHeld", AML, Role.ISSUER, AT_LARGE):
        create(token, AML, TRUST, {0: AML, 1: TRUST})
    with refuses("RoleNotHeld", AUDITOR, Role.REGISTRAR, AT_LARGE):
        create(token, ISSUER, AUDITOR, {0: ISSUER, 1: AUDITOR}, case=b"\x02" * 32)


@pytest.mark.requirement("S3")
def test_nobody_is_named_for_a_token_who_did_not_sign_for_it(token, create, refuses):
    """Audit N2: a token in the name of an issuer and a registrar who never heard of it."""
    with refuses("NotSignedBy", ISSUER):
        create(token, ISSUER, TRUST, {0: AML, 1: TRUST})
    with refuses("NotSignedBy", REGISTRAR):
        create(token, ISSUER, REGISTRAR, {0: ISSUER, 1: TRUST}, case=b"\x02" * 32)


def test_a_token_is_registered_once_and_has_code(vault, create, refuses, accounts):
    with refuses("TargetAlreadyRegistered", vault.address, TOKEN):
        create(vault, ISSUER, TRUST, {0: ISSUER, 1: TRUST})
    with refuses("TargetInvalid", accounts[25].address, TOKEN):
        create(accounts[25], ISSUER, TRUST, {0: ISSUER, 1: TRUST}, case=b"\x02" * 32)


def test_a_token_is_registered_by_a_platform_in_its_own_execution_only(
    consortium, platform, vault, token, approved, ask, refuses, key, accounts
):
    """Audit N18: a platform that the founder had hidden made tokens at will."""
    data = consortium.registerToken.encode_input(token, ISSUER, TRUST)
    with refuses("NotPlatform", platform.address):
        ask(platform.forward, consortium, data, {"from": accounts[0]})
    with refuses("NotPlatform", key(OPERATOR)["from"]):
        ask(consortium.registerToken, token, ISSUER, TRUST, key(OPERATOR))
    call = vault.reenter.encode_input(consortium, data)
    by_token = approved(vault, call, by={0: REGISTRAR, 1: AUDITOR})
    with refuses("NotPlatform", vault.address):
        ask(consortium.execute, *by_token.execution(0), key(REGISTRAR))
    nested = platform.forward.encode_input(consortium, data)
    call = vault.reenter.encode_input(platform, nested)
    through = approved(vault, call, by={0: REGISTRAR, 1: AUDITOR}, case=b"\x02" * 32)
    with refuses("NotPlatform", platform.address):
        ask(consortium.execute, *through.execution(0), key(REGISTRAR))


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
            (consortium.rotateKey, (key(AML)["from"], accounts[20])),
            (consortium.registerTarget, (consortium, TOKEN, AT_LARGE)),
            (consortium.unregisterTarget, (vault,)),
            (consortium.setRules, ([],)),
            (consortium.removeRule, (TOKEN, ["0x12345678"])),
        ):
            with refuses("NotGovernance", accounts[sender]):
                ask(function, *arguments, caller)
