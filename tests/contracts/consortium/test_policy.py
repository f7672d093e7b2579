"""The policy: which contracts it governs, which rules it takes, and who calls at once."""

from contextlib import suppress

import pytest
from seven_organisations import (
    AML,
    AT_LARGE,
    AUDITOR,
    CASE,
    CONSORTIUM,
    DAY,
    DOCUMENT,
    FOUNDER,
    ISSUER,
    KEYS,
    OPERATOR,
    OWN_TAKING,
    PLATFORM,
    POLICY,
    REGISTRAR,
    ROLES,
    ROOM,
    STRANGER,
    TOKEN,
    TRUST,
    Reverted,
    act,
    selector,
    sleep,
)

from jp20.domain.base.roles import Role, bitmap
from jp20.domain.governance.policy import Rule, act_of, rule_of

R = Role


@pytest.fixture(scope="module")
def founder(accounts):
    return {"from": accounts[FOUNDER]}


# ---------------------------------------------------------------- contracts


def test_the_consortium_governs_itself_from_the_start(unsealed):
    assert unsealed.kindOf(unsealed) == CONSORTIUM


def test_a_contract_is_registered_as_one_kind_for_ever(unsealed, vault, ask, refuses, founder):
    with refuses("TargetAlreadyRegistered", vault.address, TOKEN):
        ask(unsealed.registerTarget, vault, TOKEN, AT_LARGE, founder)

    unsealed.unregisterTarget(vault, founder)

    assert unsealed.kindOf(vault) == 0
    with refuses("TargetOfAnotherKind", vault.address, TOKEN):
        ask(unsealed.registerTarget, vault, PLATFORM, AT_LARGE, founder)
    unsealed.registerTarget(vault, TOKEN, AT_LARGE, founder)
    assert unsealed.kindOf(vault) == TOKEN


def test_only_a_contract_is_registered_and_never_as_a_consortium_or_nothing(
    unsealed, Vault, ask, refuses, founder, accounts
):
    spare = Vault.deploy(unsealed, founder)
    with refuses("TargetInvalid", accounts[20], ROOM):  # no code
        ask(unsealed.registerTarget, accounts[20], ROOM, AT_LARGE, founder)
    for kind in (0, CONSORTIUM):
        with refuses("TargetInvalid", spare.address, kind):
            ask(unsealed.registerTarget, spare, kind, AT_LARGE, founder)


def test_a_kind_that_nobody_knew_when_the_consortium_was_built_can_be_governed(
    unsealed, Vault, founder, key
):
    room = Vault.deploy(unsealed, founder)
    unsealed.registerTarget(room, 200, AT_LARGE, founder)
    unsealed.setRules([act(200, ["touch()"], [R.AML], [[R.AML]], [R.AML])], founder)
    unsealed.seal(founder)

    unsealed.act(room, room.touch.encode_input(), CASE, DOCUMENT, key(AML))

    assert room.touched() == 2


def test_what_is_not_registered_is_not_unregistered_and_the_consortium_never(
    unsealed, ask, refuses, founder, accounts
):
    with refuses("TargetUnknown", accounts[20]):
        ask(unsealed.unregisterTarget, accounts[20], founder)
    with refuses("TargetInvalid", unsealed.address, CONSORTIUM):
        ask(unsealed.unregisterTarget, unsealed, founder)


def test_nothing_can_be_called_on_a_contract_that_was_unregistered(
    consortium, vault, approved, ask, refuses, key
):
    decision = approved(
        consortium,
        consortium.unregisterTarget.encode_input(vault),
        by={0: OPERATOR, 1: AUDITOR, 2: REGISTRAR},
    )
    ask(consortium.act, vault, vault.touch.encode_input(), CASE, DOCUMENT, key(AML))

    consortium.execute(*decision.execution(0), key(OPERATOR))

    with refuses("NotListed", vault.address, selector("touch()")):
        ask(consortium.act, vault, vault.touch.encode_input(), CASE, DOCUMENT, key(AML))


# ---------------------------------------------------------------- rules


def test_a_rule_is_kept_as_one_word_for_all_names_of_the_act(unsealed):
    word = unsealed.rule(TOKEN, selector("add(uint256)"))

    assert rule_of(word) == Rule(
        proposers=frozenset({R.REGISTRAR, R.AUDITOR}),
        slots=(
            frozenset({R.REGISTRAR}),
            frozenset({R.AUDITOR}),
            frozenset({R.ISSUER, R.CUSTODIAN, R.AML}),
        ),
        executors=frozenset({R.REGISTRAR}),
        delay=0,
        lifetime=7 * DAY,
    )
    assert act_of(word) == 14  # after the consortium's own thirteen
    assert unsealed.rule(TOKEN, selector("addTwice(uint256)")) == word


def test_kinds_have_rules_of_their_own(unsealed):
    assert unsealed.rule(PLATFORM, selector("add(uint256)")) != unsealed.rule(
        TOKEN, selector("add(uint256)")
    )
    assert unsealed.rule(ROOM, selector("add(uint256)")) == 0


def test_an_act_is_changed_under_all_its_names_and_never_back_to_a_word_that_was(unsealed, founder):
    functions = ["add(uint256)", "addTwice(uint256)"]
    before = unsealed.rule(TOKEN, selector(functions[0]))
    same = next(rule for kind, names, rule in POLICY if names[0] == selector(functions[0]))

    tx = unsealed.setRules([(TOKEN, [selector(f) for f in functions], same)], founder)

    after = unsealed.rule(TOKEN, selector(functions[0]))
    assert rule_of(after) == rule_of(before)
    assert after != before  # the version went on
    assert unsealed.rule(TOKEN, selector(functions[1])) == after
    assert tx.events["RuleSet"]["rule"] == after


@pytest.mark.requirement("G17")
def test_two_names_of_one_act_cannot_get_different_rules(unsealed, ask, refuses, founder):
    def rule_for(*functions):
        return [act(TOKEN, functions, [R.AML], [[R.AML]], [R.AML])]

    add, twice = "add(uint256)", "addTwice(uint256)"
    for functions in ([add], [twice], [twice, add], [add, twice, "unlisted()"]):
        with refuses("SelectorOfAnotherAct", TOKEN, selector(functions[0]), 14):
            ask(unsealed.setRules, rule_for(*functions), founder)
    with refuses("SelectorOfAnotherAct", TOKEN, selector(twice), 14):
        ask(unsealed.setRules, rule_for("unlisted()", twice), founder)
    ask(unsealed.setRules, rule_for(add, twice), founder)


def test_an_act_that_was_taken_off_can_be_declared_with_other_names(unsealed, founder):
    add, twice = selector("add(uint256)"), selector("addTwice(uint256)")

    tx = unsealed.removeRule(TOKEN, [add, twice], founder)

    assert (unsealed.rule(TOKEN, add), unsealed.rule(TOKEN, twice)) == (0, 0)
    assert tx.events["RuleRemoved"]["act"] == 14
    unsealed.setRules([act(TOKEN, ["add(uint256)"], [R.AML], [[R.AML]], [R.AML])], founder)
    assert act_of(unsealed.rule(TOKEN, add)) == 22  # twenty-one were declared
    assert unsealed.rule(TOKEN, twice) == 0


def test_a_rule_is_taken_off_as_a_whole_and_only_where_there_is_one(
    unsealed, ask, refuses, founder
):
    with refuses("SelectorOfAnotherAct", TOKEN, selector("add(uint256)"), 14):
        ask(unsealed.removeRule, TOKEN, [selector("add(uint256)")], founder)
    with refuses("ActUnknown", TOKEN, selector("unlisted()")):
        ask(unsealed.removeRule, TOKEN, [selector("unlisted()")], founder)
    with refuses("ActEmpty", TOKEN):
        ask(unsealed.removeRule, TOKEN, [], founder)


def test_the_consortiums_own_functions_stay_listed(unsealed, ask, refuses, founder):
    for function in OWN_TAKING:
        with refuses("OwnRuleMissing", selector(function)):
            ask(unsealed.removeRule, CONSORTIUM, [selector(function)], founder)


FUNCTION = ["touch()"]
OWN_FUNCTION = ["addKey(uint32,address)"]
TWO = [[R.OPERATOR], [R.AUDITOR]]
UNSOUND = {
    "no kind": ("KindUnknown", (0,), (0, FUNCTION, [R.AML], [[R.AML]], [R.AML])),
    "no function": ("ActEmpty", (TOKEN,), (TOKEN, [], [R.AML], [[R.AML]], [R.AML])),
    "no proposer": (
        "RuleIncomplete",
        (TOKEN, selector("touch()")),
        (TOKEN, FUNCTION, [], [[R.AML]], [R.AML]),
    ),
    "no executor": (
        "RuleIncomplete",
        (TOKEN, selector("touch()")),
        (TOKEN, FUNCTION, [R.AML], [[R.AML]], []),
    ),
    "no signature": (
        "RuleIncomplete",
        (TOKEN, selector("touch()")),
        (TOKEN, FUNCTION, [R.AML], [], [R.AML]),
    ),
    "a slot without a role": (
        "RuleIncomplete",
        (TOKEN, selector("touch()")),
        (TOKEN, FUNCTION, [R.AML], [[R.AML], []], [R.AML]),
    ),
    "eight signatures": (
        "TooManySlots",
        (8, 7),
        (TOKEN, FUNCTION, [R.AML], [[R.AML]] * 8, [R.AML]),
    ),
    "a lifetime that ends with the delay": (
        "LifetimeTooShort",
        (DAY, DAY),
        (TOKEN, FUNCTION, [R.AML], [[R.AML]], [R.AML], DAY, DAY),
    ),
    "one signature for the consortium itself": (
        "OwnRuleUnfit",
        (selector("addKey(uint32,address)"),),
        (CONSORTIUM, OWN_FUNCTION, [R.OPERATOR], [[R.OPERATOR]], [R.OPERATOR]),
    ),
    "a delay of 31 days for the consortium itself": (
        "OwnRuleUnfit",
        (selector("addKey(uint32,address)"),),
        (CONSORTIUM, OWN_FUNCTION, [R.OPERATOR], TWO, [R.OPERATOR], 31 * DAY, 60 * DAY),
    ),
    "less than a day to execute in for the consortium itself": (
        "OwnRuleUnfit",
        (selector("addKey(uint32,address)"),),
        (CONSORTIUM, OWN_FUNCTION, [R.OPERATOR], TWO, [R.OPERATOR], 2 * DAY, 3 * DAY - 1),
    ),
    "an operator in a room that nobody knows yet": (
        "RoleWithoutPowerOverTokens",
        (R.OPERATOR, selector("touch()")),
        (ROOM, FUNCTION, [R.AML], [[R.AML, R.OPERATOR]], [R.AML]),
    ),
    "a validator who stands in": (
        "RoleWithoutPowerOverTokens",
        (R.VALIDATOR, selector("touch()")),
        (200, FUNCTION, [R.AML], [[R.AML]], [R.AML], 0, DAY, [R.VALIDATOR]),
    ),
    "a validator who signs for a token": (
        "RoleWithoutPowerOverTokens",
        (R.VALIDATOR, selector("touch()")),
        (TOKEN, FUNCTION, [R.AML], [[R.AML, R.VALIDATOR]], [R.AML]),
    ),
    "a validator in the upkeep of a token": (
        "RoleWithoutPowerOverTokens",
        (R.VALIDATOR, selector("setAuthority(address)")),
        (TOKEN, ["setAuthority(address)"], [R.VALIDATOR], [[R.AML]], [R.AML]),
    ),
    "an operator who proposes for a token": (
        "RoleWithoutPowerOverTokens",
        (R.OPERATOR, selector("touch()")),
        (TOKEN, FUNCTION, [R.OPERATOR], [[R.AML]], [R.AML]),
    ),
    "an operator who executes for a token": (
        "RoleWithoutPowerOverTokens",
        (R.OPERATOR, selector("touch()")),
        (TOKEN, FUNCTION, [R.AML], [[R.AML]], [R.OPERATOR]),
    ),
    "an operator who moves a token beside its upkeep": (
        "RoleWithoutPowerOverTokens",
        (R.OPERATOR, selector("unlisted()")),
        (
            TOKEN,
            ["setAuthority(address)", "unlisted()"],
            [R.OPERATOR],
            [[R.AML]],
            [R.AML],
        ),
    ),
}


@pytest.mark.requirement("S8")
@pytest.mark.parametrize("fault", UNSOUND)
def test_an_unsound_rule_is_refused(unsealed, ask, refuses, founder, fault):
    error, arguments, rule = UNSOUND[fault]
    with refuses(error, *arguments):
        ask(unsealed.setRules, [act(*rule)], founder)


def test_a_rule_with_a_role_beyond_the_eleven_is_refused(unsealed, ask, refuses, founder):
    with refuses("RolesUnknown", 1 << 11 | 64):
        rule = (64, 64, [1 << 11], 0, 0, 7 * DAY)
        ask(unsealed.setRules, [(TOKEN, [selector("touch()")], rule)], founder)


def test_the_operator_takes_part_where_a_token_is_told_whom_to_ask(unsealed, ask, founder):
    function = "setAuthority(address)"
    rule = act(TOKEN, [function], [R.OPERATOR], [[R.OPERATOR], [R.AUDITOR]], [R.OPERATOR])
    ask(unsealed.setRules, [rule], founder)


def test_after_the_seal_a_rule_names_only_roles_that_somebody_holds(
    consortium, approved, ask, refuses, key
):
    rule = act(TOKEN, ["unlisted()"], [R.KYC], [[R.KYC]], [R.KYC])
    decision = approved(
        consortium,
        consortium.setRules.encode_input([rule]),
        by={0: OPERATOR, 1: AUDITOR, 2: REGISTRAR},
    )
    sleep(DAY)
    with refuses("RoleWithoutHolder", R.KYC):
        ask(consortium.execute, *decision.execution(0), key(OPERATOR))


def test_the_bounds_of_a_rule_for_the_consortium_itself_are_reached(unsealed, ask, founder):
    for delay, lifetime in ((30 * DAY, 31 * DAY), (0, DAY)):
        rule = act(CONSORTIUM, OWN_FUNCTION, [R.OPERATOR], TWO, [R.OPERATOR], delay, lifetime)
        ask(unsealed.setRules, [rule], founder)


UNFULFILLED = {
    "two slots for the one operator": ([R.OPERATOR], [[R.OPERATOR], [R.OPERATOR]], [R.OPERATOR]),
    # Registrar and trust bank are two, who fill three slots between them.
    "three slots for two": (
        [R.OPERATOR],
        [[R.REGISTRAR], [R.CUSTODIAN, R.REGISTRAR], [R.BROKER, R.REGISTRAR]],
        [R.OPERATOR],
    ),
    "nobody who may propose": ([R.KYC], TWO, [R.OPERATOR]),
    "nobody who may execute": ([R.OPERATOR], TWO, [R.KYC]),
}


@pytest.mark.parametrize("fault", UNFULFILLED)
def test_a_rule_for_the_consortium_itself_that_nobody_can_fulfil_is_refused(
    unsealed, vault, platform, approved, ask, refuses, founder, key, accounts, fault
):
    """Audit N6: such a rule was accepted, and nothing could ever be changed again."""
    # Someone must hold KYC for the rule to get as far; without a key it is nobody.
    unsealed.addOrganisation("keyless", bitmap([R.KYC]), [accounts[20]], founder)
    unsealed.revokeKey(accounts[20], founder)
    unsealed.seal(founder)
    rule = act(CONSORTIUM, OWN_FUNCTION, *UNFULFILLED[fault])
    decision = approved(
        unsealed,
        unsealed.setRules.encode_input([rule]),
        by={0: OPERATOR, 1: AUDITOR, 2: REGISTRAR},
    )
    sleep(DAY)

    with refuses("OwnRuleUnfit", selector(OWN_FUNCTION[0])):
        ask(unsealed.execute, *decision.execution(0), key(OPERATOR))


def test_what_can_be_fulfilled_by_distinct_organisations_is_taken(consortium, approved, ask, key):
    # Operator; trust bank or auditor; registrar, trust bank; each another: 1, 3, 5 and 2.
    slots = [[R.OPERATOR], [R.AUDITOR], [R.CUSTODIAN], [R.REGISTRAR]]
    rule = act(CONSORTIUM, OWN_FUNCTION, [R.OPERATOR], slots, [R.OPERATOR])
    decision = approved(
        consortium,
        consortium.setRules.encode_input([rule]),
        by={0: OPERATOR, 1: AUDITOR, 2: REGISTRAR},
    )
    sleep(DAY)
    ask(consortium.execute, *decision.execution(0), key(OPERATOR))


def test_a_consortium_whose_rules_nobody_can_fulfil_is_not_sealed(unsealed, ask, refuses, founder):
    slots = [[R.OPERATOR], [R.OPERATOR]]
    rule = act(CONSORTIUM, OWN_FUNCTION, [R.OPERATOR], slots, [R.OPERATOR])
    unsealed.setRules([rule], founder)

    with refuses("OwnRuleUnfit", selector(OWN_FUNCTION[0])):
        ask(unsealed.seal, founder)


def test_no_role_is_taken_without_which_the_consortium_could_not_govern_itself(
    consortium, approved, ask, refuses, key
):
    """The one operator, the auditor and the trust bank are three; with two auditors' roles on one
    organisation less than three sign.
    """
    slots = [[R.OPERATOR], [R.AUDITOR], [R.AUDITOR]]
    rule = act(CONSORTIUM, OWN_FUNCTION, [R.OPERATOR], slots, [R.OPERATOR])
    by = {0: OPERATOR, 1: AUDITOR, 2: REGISTRAR}
    decision = approved(consortium, consortium.setRules.encode_input([rule]), by=by)
    sleep(DAY)
    consortium.execute(*decision.execution(0), key(OPERATOR))
    taken = consortium.revokeRole.encode_input(TRUST, R.AUDITOR, AT_LARGE)
    revoke = approved(consortium, taken, by=by, case=b"\x02" * 32)

    with refuses("OwnRuleUnfit", selector(OWN_FUNCTION[0])):
        ask(consortium.execute, *revoke.execution(0), key(OPERATOR))


# ---------------------------------------------------------------- parties, and who stands in


@pytest.fixture
def standing_in(unsealed, vault, platform, founder, accounts):
    """For add(): the vault's registrar and the auditor sign; where they are parties, KYC does."""
    unsealed.revokeRole(TRUST, R.REGISTRAR, vault, founder)
    unsealed.revokeRole(TRUST, R.AUDITOR, AT_LARGE, founder)
    unsealed.addOrganisation("stand-in", bitmap([R.KYC]), [accounts[20]], founder)
    rule = act(
        TOKEN,
        ["add(uint256)", "addTwice(uint256)"],
        [R.REGISTRAR],
        [[R.REGISTRAR], [R.AUDITOR]],
        [R.REGISTRAR],
        stand_ins=[R.KYC],
    )
    unsealed.setRules([rule], founder)
    unsealed.seal(founder)
    return {"from": accounts[20]}


@pytest.mark.requirement("S4")
def test_where_all_who_hold_a_role_are_parties_another_organisation_takes_their_place(
    unsealed, standing_in, vault, draft, ask, refuses, key
):
    decision = draft(vault, vault.add.encode_input(5), parties=(REGISTRAR,))
    fields = decision.request.fields

    with refuses("PartyToTheRequest", REGISTRAR):
        ask(unsealed.propose, fields, 0, b"", key(REGISTRAR))
    unsealed.propose(fields, 0, b"", standing_in)  # proposes, signs and executes
    with refuses("RoleMissing", 8, bitmap([R.AUDITOR])):  # the auditor is no party
        ask(unsealed.sign, fields, 1, standing_in)
    unsealed.sign(fields, 1, key(AUDITOR))
    unsealed.execute(*decision.execution(0), standing_in)

    assert vault.total() == 6


@pytest.mark.requirement("S4")
def test_nobody_stands_in_for_who_is_no_party(
    unsealed, standing_in, vault, draft, ask, refuses, key
):
    for parties in ((), (AML,)):
        decision = draft(vault, vault.add.encode_input(5), parties=parties)
        with refuses("RoleMissing", 8, bitmap([R.REGISTRAR])):
            ask(unsealed.propose, decision.request.fields, 0, b"", standing_in)


@pytest.mark.requirement("S4")
def test_a_stand_ins_signature_counts_no_more_when_somebody_else_holds_the_role(
    unsealed, standing_in, vault, approved, draft, ask, refuses, key
):
    decision = draft(vault, vault.add.encode_input(5), parties=(REGISTRAR,))
    unsealed.propose(decision.request.fields, 0, b"", standing_in)
    unsealed.sign(decision.request.fields, 1, key(AUDITOR))
    grant = approved(
        unsealed,
        unsealed.grantRole.encode_input(TRUST, R.REGISTRAR, vault),
        by={0: OPERATOR, 1: AUDITOR, 2: REGISTRAR},
    )
    sleep(DAY)
    unsealed.execute(*grant.execution(0), key(OPERATOR))

    with refuses("SignatureLapsed", 0, 8):
        ask(unsealed.execute, *decision.execution(0), key(TRUST))


# ---------------------------------------------------------------- acting directly


def test_every_cell_of_organisation_and_function_is_as_the_policy_says(
    consortium, vault, platform, ask, accounts
):
    """Whoever is not named here acts on nothing alone, and nobody calls the target itself."""
    calls = {
        "add": vault.add.encode_input(5),
        "addTwice": vault.addTwice.encode_input(5),
        "touch": vault.touch.encode_input(),
        "unlisted": vault.unlisted.encode_input(),
    }
    callers = {number: accounts[keys[0]] for number, keys in KEYS.items()}
    callers |= {0: accounts[STRANGER], -1: accounts[FOUNDER]}

    acted = set()
    for number, caller in callers.items():
        for target in (vault, platform):
            for name, call in calls.items():
                assert not consortium.canCall(caller, target, bytes.fromhex(call[2:10]))[0]
                with suppress(Reverted):
                    ask(consortium.act, target, call, CASE, DOCUMENT, {"from": caller})
                    acted.add((number, target, name))

    assert acted == {(AML, vault, "touch"), (ISSUER, platform, "touch")}


def test_a_revoked_key_acts_on_nothing(consortium, vault, approved, ask, refuses, key, accounts):
    old, new = key(AML)["from"], accounts[20]
    revoke = approved(
        consortium,
        consortium.replaceKey.encode_input(old, new),
        by={0: OPERATOR, 1: AUDITOR, 2: REGISTRAR},
    )
    sleep(DAY)
    consortium.execute(*revoke.execution(0), key(OPERATOR))

    touch = vault.touch.encode_input()
    with refuses("KeyUnknown", old):
        ask(consortium.act, vault, touch, CASE, DOCUMENT, {"from": old})
    ask(consortium.act, vault, touch, CASE, DOCUMENT, {"from": new})


# ---------------------------------------------------------------- the seal


def test_before_the_seal_the_founder_calls_listed_functions_of_a_platform_only(
    unsealed, vault, platform, accounts, founder
):
    platform.touch(founder)
    assert platform.touched() == 2

    can = {
        (target, function)
        for target in (vault, platform)
        for function in ("touch()", "add(uint256)", "unlisted()")
        if unsealed.canCall(founder["from"], target, selector(function))[0]
    }
    assert can == {(platform, "touch()"), (platform, "add(uint256)")}


def test_before_the_seal_organisations_have_no_power(unsealed, vault, platform, ask, refuses, key):
    for caller, target in ((AML, vault), (ISSUER, platform)):
        with refuses("NotSealed"):
            ask(unsealed.act, target, target.touch.encode_input(), CASE, DOCUMENT, key(caller))


def test_the_seal_ends_the_founders_power_for_good(consortium, platform, ask, refuses, founder):
    assert consortium.isSealed()
    assert not consortium.canCall(founder["from"], platform, selector("touch()"))[0]
    with refuses("AlreadySealed"):
        ask(consortium.seal, founder)


def test_only_the_founder_seals(unsealed, ask, refuses, key):
    with refuses("NotGovernance", key(OPERATOR)["from"]):
        ask(unsealed.seal, key(OPERATOR))


def test_a_consortium_that_could_not_govern_itself_is_not_sealed(
    Consortium, ask, refuses, founder, accounts
):
    new = Consortium.deploy(founder)
    for number, keys in KEYS.items():
        new.addOrganisation(
            str(number), bitmap(ROLES[number]), [accounts[k] for k in keys], founder
        )
    own = [entry for entry in POLICY if entry[0] == CONSORTIUM]
    new.setRules(own[1:], founder)  # all but removeOrganisation

    with refuses("OwnRuleMissing", selector("removeOrganisation(uint32)")):
        ask(new.seal, founder)
    new.setRules(own[:1], founder)
    ask(new.seal, founder)


@pytest.mark.requirement("G17")
def test_a_policy_that_names_a_role_without_a_holder_is_not_sealed(unsealed, ask, refuses, founder):
    unsealed.setRules([act(TOKEN, ["unlisted()"], [R.AML], [[R.KYC]], [R.AML])], founder)

    with refuses("RoleWithoutHolder", R.KYC):
        ask(unsealed.seal, founder)
    unsealed.grantRole(AML, R.KYC, AT_LARGE, founder)
    ask(unsealed.seal, founder)
