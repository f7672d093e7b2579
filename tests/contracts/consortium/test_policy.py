"""The policy: which contracts it governs, which rules it takes, and who calls at once."""

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
        ask(unsealed.registerTarget, vault, TOKEN, founder)

    unsealed.unregisterTarget(vault, founder)

    assert unsealed.kindOf(vault) == 0
    with refuses("TargetOfAnotherKind", vault.address, TOKEN):
        ask(unsealed.registerTarget, vault, PLATFORM, founder)
    unsealed.registerTarget(vault, TOKEN, founder)
    assert unsealed.kindOf(vault) == TOKEN


def test_only_a_contract_is_registered_and_never_as_a_consortium_or_nothing(
    unsealed, Vault, ask, refuses, founder, accounts
):
    spare = Vault.deploy(unsealed, founder)
    with refuses("TargetInvalid", accounts[20], ROOM):  # no code
        ask(unsealed.registerTarget, accounts[20], ROOM, founder)
    for kind in (0, CONSORTIUM):
        with refuses("TargetInvalid", spare.address, kind):
            ask(unsealed.registerTarget, spare, kind, founder)


def test_a_kind_that_nobody_knew_when_the_consortium_was_built_can_be_governed(
    unsealed, Vault, founder, key
):
    room = Vault.deploy(unsealed, founder)
    unsealed.registerTarget(room, 200, founder)
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
    assert consortium.canAct(key(AML)["from"], vault, selector("touch()"))

    consortium.execute(*decision.execution(0), key(OPERATOR))

    assert not consortium.canAct(key(AML)["from"], vault, selector("touch()"))
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
    assert act_of(word) == 13  # after the consortium's own twelve
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
        with refuses("SelectorOfAnotherAct", TOKEN, selector(functions[0]), 13):
            ask(unsealed.setRules, rule_for(*functions), founder)
    with refuses("SelectorOfAnotherAct", TOKEN, selector(twice), 13):
        ask(unsealed.setRules, rule_for("unlisted()", twice), founder)
    ask(unsealed.setRules, rule_for(add, twice), founder)


def test_an_act_that_was_taken_off_can_be_declared_with_other_names(unsealed, founder):
    add, twice = selector("add(uint256)"), selector("addTwice(uint256)")

    tx = unsealed.removeRule(TOKEN, [add, twice], founder)

    assert (unsealed.rule(TOKEN, add), unsealed.rule(TOKEN, twice)) == (0, 0)
    assert tx.events["RuleRemoved"]["act"] == 13
    unsealed.setRules([act(TOKEN, ["add(uint256)"], [R.AML], [[R.AML]], [R.AML])], founder)
    assert act_of(unsealed.rule(TOKEN, add)) == 20  # nineteen were declared
    assert unsealed.rule(TOKEN, twice) == 0


def test_a_rule_is_taken_off_as_a_whole_and_only_where_there_is_one(
    unsealed, ask, refuses, founder
):
    with refuses("SelectorOfAnotherAct", TOKEN, selector("add(uint256)"), 13):
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
        rule = (64, 64, [1 << 11], 0, 7 * DAY)
        ask(unsealed.setRules, [(TOKEN, [selector("touch()")], rule)], founder)


def test_the_operator_takes_part_where_a_token_is_told_whom_to_ask(unsealed, ask, founder):
    function = "setAuthority(address)"
    rule = act(TOKEN, [function], [R.OPERATOR], [[R.OPERATOR], [R.AUDITOR]], [R.OPERATOR])
    ask(unsealed.setRules, [rule], founder)


def test_after_the_seal_a_rule_names_only_roles_that_somebody_holds(
    consortium, approved, ask, refuses, key
):
    rule = act(TOKEN, ["touch()"], [R.KYC], [[R.KYC]], [R.KYC])
    decision = approved(
        consortium,
        consortium.setRules.encode_input([rule]),
        by={0: OPERATOR, 1: AUDITOR, 2: REGISTRAR},
    )
    sleep(DAY)
    with refuses("RoleWithoutHolder", R.KYC):
        ask(consortium.execute, *decision.execution(0), key(OPERATOR))


# ---------------------------------------------------------------- acting directly


def test_every_cell_of_organisation_and_function_is_as_the_policy_says(
    consortium, vault, platform, accounts
):
    """Whoever is not named here acts on nothing alone, and nobody calls the target itself."""
    functions = ["add(uint256)", "addTwice(uint256)", "touch()", "unlisted()", "refuse(uint256)"]
    allowed = {(AML, vault, "touch()"), (ISSUER, platform, "touch()")}
    callers = {number: accounts[keys[0]] for number, keys in KEYS.items()}
    callers |= {0: accounts[STRANGER], -1: accounts[FOUNDER], -2: consortium.address}
    cells = [
        (number, target, function)
        for number in callers
        for target in (vault, platform)
        for function in functions
    ]

    acting = {c for c in cells if consortium.canAct(callers[c[0]], c[1], selector(c[2]))}
    calling = {c for c in cells if consortium.canCall(callers[c[0]], c[1], selector(c[2]))[0]}

    assert acting == allowed
    assert calling == set()


def test_a_revoked_key_acts_on_nothing(consortium, vault, approved, key):
    revoke = approved(
        consortium,
        consortium.replaceKey.encode_input(key(AML)["from"], AT_LARGE[:-1] + "5"),
        by={0: OPERATOR, 1: AUDITOR, 2: REGISTRAR},
    )
    sleep(DAY)
    consortium.execute(*revoke.execution(0), key(OPERATOR))

    assert not consortium.canAct(key(AML)["from"], vault, selector("touch()"))
    assert consortium.canAct(AT_LARGE[:-1] + "5", vault, selector("touch()"))


def test_a_role_for_one_token_acts_on_that_token_and_nothing_of_the_platform(
    unsealed, vault, platform, Vault, founder, accounts
):
    other = Vault.deploy(unsealed, founder)
    unsealed.registerTarget(other, TOKEN, founder)
    unsealed.addOrganisation("small issuer", 0, [accounts[20]], founder)
    unsealed.grantRole(8, R.ISSUER, vault, founder)
    unsealed.setRules([act(TOKEN, ["touch()"], [R.ISSUER], [[R.ISSUER]], [R.ISSUER])], founder)
    unsealed.seal(founder)

    touch = selector("touch()")

    assert unsealed.canAct(accounts[20], vault, touch)
    assert not unsealed.canAct(accounts[20], other, touch)
    assert not unsealed.canAct(accounts[20], platform, touch)  # asks ISSUER at large
    assert unsealed.canAct(accounts[KEYS[ISSUER][0]], other, touch)


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
        assert not unsealed.canAct(key(caller)["from"], target, selector("touch()"))
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
